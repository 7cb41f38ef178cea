import { describe, expect, it } from "vitest";
import { Busybox } from "../../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["echo '2^10; 7/2; scale=3; 7/2' | bc", 0, "1024\n3\n3.500\n", ""],
  ["echo 'x=5; x*x; if (x>3) 1' | bc", 0, "25\n1\n", ""],
  ["echo 'ibase=16; FF' | bc", 0, "255\n", ""],
  ["echo 'obase=16; 255; 0.5; obase=60; 3661' | bc", 0, "FF\n.8\n 01 01 01\n", ""],
  ["printf '5\\n1/0\\n2\\n' | bc", 1, "5\n", "bc: divide by zero"],
  ["echo 'abc=1;2' | bc -s", 1, "", "bc: POSIX only allows one character names; this is bad: 'abc=1;2'"],
  ["echo '1==1' | bc -s", 1, "", "bc: POSIX does not allow comparison operators outside if or loops"],
  ["echo 'if(1>2>3)4' | bc -s", 1, "", "bc: POSIX requires exactly one comparison operator per condition"],
  ["echo 'define f(x) {return x}' | bc -s", 1, "", "bc: POSIX requires parentheses around return expressions"],
  ["echo 'if(x<1)1; x+=1;x++;(2)' | bc -s", 0, "1\n1\n2\n", ""],
  ["echo 'print 1' | bc -w", 0, "1", "bc: POSIX does not allow the 'print' keyword"],
  ["echo '1 # c' | bc -w", 0, "1\n", "bc: POSIX does not allow '#' script comments"],
  [
    "echo 'for(;;){break}' | bc -w",
    0,
    "",
    "bc: POSIX does not allow an empty init expression in 'for()'\nbc: POSIX does not allow an empty condition expression in 'for()'\nbc: POSIX does not allow an empty update expression in 'for()'",
  ],
  ["echo '2^200' | bc", 0, "1606938044258990275541962092341162602522202993782792835301376\n", ""],
  [
    "echo '9999999999^20' | bc",
    0,
    "99999999800000000189999999886000000048449999984496000003875999999224\\\n80000012596999998320400000184755999983204000001259699999922480000003\\\n8759999998449600000048449999998860000000018999999999800000000001\n",
    "",
  ],
  ["printf 'define f(n){\\nif(n<=1)return 1\\nreturn n*f(n-1)\\n}\\nf(20)\\n' | bc", 0, "2432902008176640000\n", ""],
  ["echo 'for(i=0;i<4;i++){if(i==1)continue;print i,\\\" \\\"};i' | bc", 1, "", "bc: bad character '\\'"],
  ["echo 'a[1]=3;a[1]+a[2];a=b=3;a^=2;a;a++;--a' | bc", 0, "3\n9\n9\n9\n", ""],
  ["echo '-3^2;2^3^2;-7%3;7/3*3;1.5^2;.5+.5;0.00' | bc", 0, "9\n512\n-1\n6\n2.2\n1.0\n0\n", ""],
  ["echo '1==1;5>6;!0;1&&0;1||0;a=1+2==3' | bc", 0, "1\n0\n1\n0\n1\n1\n", ""],
  [
    "echo 'scale=10;sqrt(2);length(123.45);scale(1.50);sqrt(-1)' | bc",
    1,
    "1.4142135623\n5\n2\n",
    "bc: negative number",
  ],
  [
    "echo 's(1);c(1);a(1);l(2);e(1);j(0,1)' | bc -l",
    0,
    ".84147098480789650665\n.54030230586813971740\n.78539816339744830961\n.69314718055994530941\n2.71828182845904523536\n.76519768655796655144\n",
    "",
  ],
  ["echo 'scale=50;4*a(1)' | bc -l", 0, "3.14159265358979323846264338327950288419716939937508\n", ""],
  ["echo '4*a(1)' | bc", 1, "", "bc: undefined function"],
  ["echo '1+' | bc", 1, "", "bc: bad expression at ''"],
  ["echo '1,2' | bc", 1, "", "bc: bad statement terminator at ',2'"],
  ["echo '@' | bc", 1, "", "bc: bad character '@'"],
  ["echo 'return 1' | bc", 1, "", "bc: 'return' not in a function"],
  ["echo 'break' | bc", 1, "", "bc: bad token at 'break'"],
  ["printf '5\\n.*2\\nlast\\n' | bc", 0, "5\n10\n10\n", ""],
  ['printf \'\\"a\\"\\nprint 1,\\"\\\\\\\\n\\"\\n\' | bc', 1, "", "bc: bad character '\\'"],
  ["echo 'x=3' > f; echo x+1 | bc f", 0, "4\n", ""],
  ["bc nx", 1, "", "bc: can't open 'nx': No such file or directory"],
  ["bc -z", 1, "", "bc: invalid option -- 'z'"],
  [
    "echo '2^300' | BC_LINE_LENGTH=30 bc",
    0,
    "2037035976334486086268445688\\\n4093781610514683936659362506\\\n3614044935438129976333670618\\\n3397376\n",
    "",
  ],
];

describe("bc", () => {
  it.each(CASES)("does as busybox does: %s", async (command, code, stdout, stderr) => {
    const box = new Busybox();
    const result = await box.sh(command, { cwd: "/tmp" });
    expect({ ...result, stderr: message(result.stderr), status: undefined }).toEqual({ stdout, stderr, code });
  });
});

/** What stands before a usage. */
function message(stderr: string): string {
  if (stderr.startsWith("BusyBox v")) return "usage";
  return (stderr.split("\nBusyBox v", 1)[0] ?? "").replace(/\n$/, "");
}
