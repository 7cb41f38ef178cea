// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
import { describe, expect, it } from "vitest";
import { Busybox } from "../../testing/busybox.ts";

/** What the recorded busybox prints for a script. */
const TABLE: readonly (readonly [behaviour: string, script: string, stdout: string, stderr: string, code: number])[] = [
  [
    "a handler runs between commands, and EXIT at the end with the status",
    "trap 'echo T' TERM; trap 'echo X $?' EXIT; kill -TERM $$; echo after; exit 5",
    "T\nafter\nX 5\n",
    "",
    5,
  ],
  [
    "traps are listed with quotes, and a subshell lists its parent's",
    "trap \"echo 'it''s'\" 2; trap -- '' 15; trap; (trap)",
    "trap -- 'echo '\"'\"'it'\"''\"'s'\"'\" INT\ntrap -- '' TERM\ntrap -- '' TERM\n",
    "",
    0,
  ],
  [
    "SIGKILL can be trapped in vain; an unknown signal is an error",
    "trap 'echo never' KILL; echo $?; trap x NOSUCH; echo $?; trap -l; echo $?",
    "0\n1\n",
    "sh: trap: line 0: NOSUCH: invalid signal specification\nsh: trap: line 0: illegal option -l\n",
    2,
  ],
  [
    "errexit spares what is tested",
    "set -e; f() { false; echo not; }; if f; then echo yes; fi; f || echo or; ! false; echo neg; (false; echo no) || echo sub; x=$(false) || echo subst; false | true; echo pipe; x=$(exit 3); echo unreached",
    "not\nyes\nnot\nneg\nno\nsubst\npipe\n",
    "",
    3,
  ],
  [
    "nounset ends the shell with 2, but not for defaults",
    'set -u; echo ${x-def} "$@" $#; (echo ${#x}); echo $?; echo $x; echo unreached',
    "def 0\n2\n",
    "sh: line 0: x: parameter not set\nsh: line 0: x: parameter not set\n",
    2,
  ],
  [
    "xtrace shows words expanded and quoted where needed",
    "set -x; a=1; echo $a \"b c\" 'd'; for i in 1 2; do : $i; done; case x in x) echo c;; esac; PS4='> '; [ -n '' ] || :",
    "1 b c d\nc\n",
    "+ a=1\n+ echo 1 'b c' d\n+ : 1\n+ : 2\n+ echo c\n> PS4='> '\n> '[' -n  ]\n> :\n",
    0,
  ],
  [
    "read splits by IFS, knows -r, -n, -d and tells the end of the input",
    "printf 'a b\\\\c\\nd\\n' | { read x y; echo \"$x|$y\"; read -r z; echo $z; read w; echo $? $w; }; echo a:b:c | { IFS=: read p q; echo $p $q; }; echo abc | { read -n 2 k; echo $k; }; echo 'q;r' | { read -d ';' d; echo $d; }; read -z; echo $?",
    "a|bc\nd\n1\na b:c\nab\nq\n2\n",
    "sh: read: line 0: illegal option -z\n",
    0,
  ],
  [
    "getopts walks clusters and values, and complains unless told not to",
    'while getopts ab:c o -a -b val -cx rest; do echo "$o ${OPTARG-} $OPTIND"; done; OPTIND=1; getopts :b: o -b; echo $o $OPTARG; OPTIND=1; getopts :ab o -z; echo $o $OPTARG',
    "a  2\nb val 4\nc  5\n?  5\n: b\n? z\n",
    "Illegal option -x\n",
    0,
  ],
  [
    "arithmetic has C's operators and 64 bits",
    "x=5; echo $((7/-2)) $((-7%3)) $((2**10)) $((0x1f)) $((010)) $((x++)) $x $((x*=2)) $((9223372036854775807+1)) $((16#ff)) $((1?2:3)); (echo $((1/0))); echo $?; (echo $((08))); echo $?; let 0; echo $?",
    "-3 -1 1024 31 8 5 6 12 -9223372036854775808 255 2\n2\n2\n1\n",
    "sh: line 0: divide by zero\nsh: line 0: arithmetic syntax error\n",
    0,
  ],
  [
    "signs in a row count a variable up where one stands before them, and only where it is looked up",
    "n=4; for x in '1&++0' '(n)&++0' '1?n:++0' '1?2:n++9' '0?n++:2' '1?2:n++' 'n&++0' 'n*(++0)' 'n,++0'; do (echo $(($x))) 2>/dev/null || echo no; done",
    "0\n0\n4\n2\nno\nno\nno\nno\nno\n",
    "",
    0,
  ],
  [
    "replaces the empty text in what is empty, and nothing in what is not set",
    "v=; echo [${v/*/x}] [${nope/*/x}] [${nope//*/x}]",
    "[x] [] []\n",
    "",
    0,
  ],
  [
    "here-documents expand, unless quoted, and lose tabs",
    "cat <<E\n$((1+1)) `echo bq` \\$x \\\\ \"q\"\nE\ncat <<'E'\n$x `y` \\z\nE\ncat <<-E\n\ttab\n\t\ttwo\n\tE\ncat <<A; cat <<B\na\nA\nb\nB",
    '2 bq $x \\ "q"\n$x `y` \\z\ntab\ntwo\na\nb\n',
    "",
    0,
  ],
  [
    "parameters are trimmed, cut and replaced",
    "x=abcdefabc; echo ${x#a} ${x##*a} ${x%c} ${x%%b*} ${#x} ${x:2:3} ${x: -3} ${x/abc/X} ${x//abc/X} ${x/%abc/E}; p=/a/b/c.tar.gz; echo ${p##*/} ${p%/*} ${p%%.*}; e=; echo ${e:-x} ${e-y} ${e:+z} ${e+w} ${u:=new} $u",
    "bcdefabc bc abcdefab a 9 cde abc Xdefabc XdefX abcdefabc\nc.tar.gz /a/b /a/b/c\nx w new new\n",
    "",
    0,
  ],
  [
    "functions have parameters, locals and a status of their own",
    "f() { local a=1; g; echo $a; }; g() { a=changed; }; f; echo [$a]; h() { return 5; }; h; echo $?; k() { echo $# $1; shift; echo $1; }; k p q; x() ( exit 3 ); x; echo $?; local q; echo $?",
    "changed\n[]\n5\n2 p\nq\n3\n",
    "sh: local: line 0: not in a function\n",
    2,
  ],
  [
    "jobs keep their status, and wait gives 127 for a stranger",
    "(exit 7) & wait $!; echo $?; wait 99999; echo $?; fg; echo $?; kill; echo $?; kill -NOPE 1; echo $?; kill abc; echo $?",
    "7\n127\n2\n1\n1\n1\n",
    "sh: fg: line 0: job (null) not created under job control\nsh: you need to specify whom to kill\nsh: bad signal name 'NOPE'\nsh: invalid number 'abc'\n",
    0,
  ],
  [
    "umask is shown and set in both notations",
    "umask 022; umask; umask -S; umask u=rwx,g=rx,o=; umask; umask 8; echo $?; umask g+w; umask",
    "0022\nu=rwx,g=rx,o=rx\n0027\n2\n0007\n",
    "sh: umask: line 0: illegal mode: 8\n",
    0,
  ],
  [
    "patterns match classes and literal quotes",
    "case abc in [a-c][!x]c) echo 2;; esac; case 'a*' in a\\*) echo 3;; esac; case x in [[:alpha:]]) echo 8;; esac; case '[' in [[]) echo 9;; esac; p='a|b'; case a in $p) echo yes;; *) echo lit;; esac; echo a{b,c}d nosuch*",
    "2\n3\n8\n9\nlit\na{b,c}d nosuch*\n",
    "",
    0,
  ],
  [
    "redirections are done in order, and their failures end only the command",
    "{ echo o; echo e >&2; } 2>&1 | sort; echo q >&3; echo $?; cat <&-; echo $?; set -C; echo a > /tmp/f; echo b > /tmp/f; echo $?; echo c >| /tmp/f; cat /tmp/f; cat < ''; echo $?",
    "e\no\n1\n1\n1\nc\n1\n",
    "sh: line 0: dup2(3,1): Bad file descriptor\ncat: read error: Bad file descriptor\nsh: line 0: can't create /tmp/f: File exists\nsh: line 0: can't open : no such file\n",
    0,
  ],
  [
    "exit codes: 126, 127, modulo 256, signals",
    "sh -c 'exit 300'; echo $?; sh -c 'exit abc'; echo $?; sh -c nosuchcmd; echo $?; sh -c /etc; echo $?; sh -c 'kill -9 $$'; echo $?; sh nosuchfile; echo $?",
    "44\n2\n127\n126\n137\n2\n",
    "sh: exit: line 0: Illegal number: abc\nsh: line 0: nosuchcmd: not found\nsh: line 0: /etc: Permission denied\nKilled\nsh: line 0: can't open nosuchfile: no such file\n",
    0,
  ],
  [
    "a bad command line of the shell is refused with 2",
    "sh -c; echo $?; sh --version; echo $?; sh -z; echo $?; sh -o nope; echo $?",
    "2\n2\n2\n0\n",
    "sh: -c requires an argument\nsh: bad option '--version'\nsh: illegal option -z\nsh: illegal option -o nope\n",
    0,
  ],
  [
    "syntax errors name what was found and what was expected",
    "sh -c 'if; echo no'; echo $?; sh -c 'case x in esac; while; do done'; echo $?; sh -c 'echo \"open'; echo $?; sh -c 'echo a; ) b'; echo $?",
    "2\n2\n2\n2\n",
    'sh: line 0: syntax error: unexpected ";"\nsh: line 0: syntax error: unexpected ";"\nsh: line 0: syntax error: unterminated quoted string\nsh: line 0: syntax error: unexpected ")"\n',
    0,
  ],
  [
    "substitution drops final newlines, keeps the status, nests",
    'x=$(printf \'a\\n\\n\'); echo "[$x]"; y=`exit 3`; echo $?; echo "$(echo "in \'q\' $(echo deep)")" "a`echo \\\\\\\\`b" "$(echo \'a)b\')"; v=\'a  b\'; echo $(echo "$v") "$(echo "$v")"; a=b; eval $a=3; echo $b',
    "[a]\n3\nin 'q' deep a\\b a)b\na b a  b\n3\n",
    "",
    0,
  ],
];

describe("scripts", () => {
  it.each(TABLE)("%s", async (_behaviour, script, stdout, stderr, code) => {
    expect(await new Busybox().sh(script)).toMatchObject({ stdout, stderr, code });
  });
});
