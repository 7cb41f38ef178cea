import { describe, expect, it } from "vitest";
import { Busybox } from "../../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  w: "The quick brown fox\njumps over the lazy dog\nfoo bar foo\nfoobar\n\n  indented line\nend.\n",
  csv: "id,name,age\n1,bob,30\n2,alice,25\n3,carol,35\n4,dave,\n",
  f: "1 one\n2 two\n3 three\n4 four\n5 five\n",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["awk '{print $NF, NR}' f", 0, "one 1\ntwo 2\nthree 3\nfour 4\nfive 5\n", ""],
  ["awk 'NR==2,/four/' f", 0, "2 two\n3 three\n4 four\n", ""],
  ["awk -F, 'NR>1{s+=$3}END{print s/(NR-1)}' csv", 0, "22.5\n", ""],
  ["awk '{a[$1]++}END{n=0;for(k in a)n++;print n}' w", 0, "7\n", ""],
  [
    "awk '{gsub(/o/,\"[&]\");print}' w",
    0,
    "The quick br[o]wn f[o]x\njumps [o]ver the lazy d[o]g\nf[o][o] bar f[o][o]\nf[o][o]bar\n\n  indented line\nend.\n",
    "",
  ],
  ["awk '{print substr($0,2,3),index($0,\"o\"),length}' f", 0, " on 3 5\n tw 5 5\n th 0 7\n fo 4 6\n fi 0 6\n", ""],
  ["awk '{n=split($0,a,\"o\");print n,a[1]}' f", 0, "2 1 \n2 2 tw\n1 3 three\n2 4 f\n1 5 five\n", ""],
  ["awk '{print match($0,/o+/),RSTART,RLENGTH}' w", 0, "13 13 1\n7 7 1\n2 2 2\n2 2 2\n0 0 -1\n0 0 -1\n0 0 -1\n", ""],
  [
    'awk \'BEGIN{printf "%s|%5d|%-5s|%05.1f|%x %o %e %g %c\\n","a",5,"b",3.14159,255,8,12345.678,0.0001,65}\'',
    0,
    "a|    5|b    |003.1|ff 10 1.234568e+04 0.0001 A\n",
    "",
  ],
  ['awk \'{$2="X";$5="e";print NF": "$0}\' f', 0, "5: 1 X   e\n5: 2 X   e\n5: 3 X   e\n5: 4 X   e\n5: 5 X   e\n", ""],
  ["awk 'BEGIN{OFS=\"-\"}{$1=$1;print}' f", 0, "1-one\n2-two\n3-three\n4-four\n5-five\n", ""],
  ['awk \'BEGIN{RS=""}{print NR": "$1}\' w', 0, "1: The\n2: indented\n", ""],
  ["awk 'BEGIN{FS=\"\"}{print $1,NF}' f", 0, "1 5\n2 5\n3 7\n4 6\n5 6\n", ""],
  ["awk 'function r(n){return n<=1?1:n*r(n-1)}BEGIN{print r(10),r(25)}'", 0, "3628800 1.55112e+25\n", ""],
  [
    "awk 'BEGIN{print 1/3,2^10,-7%3,1e6,1e300*1e300,0.1+0.2,2^53,100000*100000}'",
    1,
    "0.333333 ",
    "awk: cmd. line:1: Math support is not compiled in",
  ],
  [
    'awk \'BEGIN{print 1==1.0,"a"<"b","10"<"9",10<9,!"",2^3^2,-2^2}\'',
    1,
    "1 1 1 0 1 ",
    "awk: cmd. line:1: Math support is not compiled in",
  ],
  [
    'awk \'BEGIN{while(("echo a;echo b"|getline l)>0)print "got",l;print close("echo a;echo b")}\'',
    0,
    "got a\ngot b\n0\n",
    "",
  ],
  ['awk \'BEGIN{print "b\\na"|"sort"}\'', 0, "a\nb\n", ""],
  ["awk 'BEGIN{print system(\"exit 3\")}'", 0, "3\n", ""],
  ["awk 'BEGIN{getline;print \"first\",$0}' f", 0, "first 1 one\n", ""],
  ["awk 'NR==2{exit 3}{print}END{print \"e\"}' f", 3, "1 one\ne\n", ""],
  ["awk '!s[$1]++{next}{print}' w", 0, "", ""],
  ['awk \'{print > "out"}END{close("out");while((getline l<"out")>0)n++;print n}\' f', 0, "5\n", ""],
  ["awk -v x='a\\tb' 'BEGIN{print x}'", 0, "a\tb\n", ""],
  [
    "awk '{print FILENAME,FNR,NR}' f csv",
    0,
    "f 1 1\nf 2 2\nf 3 3\nf 4 4\nf 5 5\ncsv 1 6\ncsv 2 7\ncsv 3 8\ncsv 4 9\ncsv 5 10\n",
    "",
  ],
  ["awk '{print v}' v=1 f v=2 csv", 0, "1\n1\n1\n1\n1\n2\n2\n2\n2\n2\n", ""],
  ["awk 1 nx f", 1, "", "awk: nx: No such file or directory"],
  ["awk -f nx", 1, "", "awk: can't open 'nx': No such file or directory"],
  [`awk 'BEGIN{$0="a"; print /a/ "x", /a/ 3 * 4, /a/ "x" "z", /b/ n++, n+0}'`, 0, "1 4 1z 0 0\n", ""],
  ["awk 'BEGIN{print'", 1, "", "awk: cmd. line:1: Unexpected token"],
  ["awk 'BEGIN{f()}'", 1, "", "awk: cmd. line:1: Call to undefined function"],
  ["awk '/(/' f", 1, "", "awk: bad regex '(': Unmatched ( or \\("],
  ["awk 'BEGIN{return}'", 0, "", ""],
  ['awk \'BEGIN{s="hello";gsub(/l*/,"-",s);print s;s="abc";gsub(//,"-",s);print s}\'', 0, "-h-e--o-\n-a-b-c-\n", ""],
  ['awk \'BEGIN{print gensub(/a/,"b","g","aaa"),toupper("aB"),tolower("aB")}\'', 0, "bbb AB ab\n", ""],
  ["awk 'BEGIN{a[1,2]=3;for(k in a){split(k,q,SUBSEP);print q[1],q[2]};delete a;print length(a)}'", 0, "1 2\n0\n", ""],
  [
    "awk 'BEGIN{x=5;print x++ + ++x,x--,x;x^=2;print x}'",
    1,
    "12 7 6\n",
    "awk: cmd. line:1: Math support is not compiled in",
  ],
  ['awk \'BEGIN{CONVFMT="%.2g";a=3.14159;b=a"";print b;OFMT="%.3f";print a}\'', 0, "3.1\n3.142\n", ""],
  ["awk 'BEGIN{print and(12,10),or(12,10),xor(12,10),lshift(1,3)}'", 0, "8 14 6 8\n", ""],
  ['awk \'BEGIN{print length("é"),substr("é",1,1)}\' | od -c', 0, "0000000   2     303  \\n\n0000004\n", ""],
  ["awk 'END{print $0,NF}' f", 0, "5 five 2\n", ""],
  ["awk", 1, "", "usage"],
  ["yes | awk 'NR==2{exit}'", 0, "", ""],
];

describe("awk", () => {
  it.each(CASES)("does as busybox does: %s", async (command, code, stdout, stderr) => {
    const box = new Busybox();
    for (const [name, text] of Object.entries(FILES)) box.write(`/tmp/${name}`, text);
    const result = await box.sh(command, { cwd: "/tmp" });
    expect({ ...result, stderr: message(result.stderr), status: undefined }).toEqual({ stdout, stderr, code });
  });
});

/** What stands before a usage. */
function message(stderr: string): string {
  if (stderr.startsWith("BusyBox v")) return "usage";
  return (stderr.split("\nBusyBox v", 1)[0] ?? "").replace(/\n$/, "");
}
