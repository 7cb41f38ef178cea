import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** d/, d/a, d/big.txt (deflated, executable), d/link -> a and ../up, from a Unix at 2024-01-02 03:04:06. */
const ARCHIVE = [
  "UEsDBBQAAAAAAIMYIlgAAAAAAAAAAAAAAAACAAAAZC9QSwMEFAAAAAAAgxgiWCAwOjYGAAAABgAAAAMAAABkL2FoZWxsbwpQSwMEFAAAAAgAgx",
  "giWBMtQxsHAAAALAEAAAkAAABkL2JpZy50eHSrqBgFxAIAUEsDBBQAAAAAAIMYIlhDvrfoAQAAAAEAAAAGAAAAZC9saW5rYVBLAwQUAAAAAACD",
  "GCJYQeORYgMAAAADAAAABQAAAC4uL3VwdXAKUEsBAhQDFAAAAAAAgxgiWAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAO1BAAAAAGQvUEsBAhQDFA",
  "AAAAAAgxgiWCAwOjYGAAAABgAAAAMAAAAAAAAAAAAAAKCBIAAAAGQvYVBLAQIUAxQAAAAIAIMYIlgTLUMbBwAAACwBAAAJAAAAAAAAAAAAAADt",
  "gUcAAABkL2JpZy50eHRQSwECFAMUAAAAAACDGCJYQ7636AEAAAABAAAABgAAAAAAAAAAAAAA/6F1AAAAZC9saW5rUEsBAhQDFAAAAAAAgxgiWE",
  "HjkWIDAAAAAwAAAAUAAAAAAAAAAAAAAKSBmgAAAC4uL3VwUEsFBgAAAAAFAAUA/wAAAMAAAAAAAA==",
].join("");

/** Both streams, as busybox's unzip leaves them. */
test.each([
  [
    "lists, and takes off names what leads out of the directory",
    "unzip -l t | tail -n 4; unzip -v t 'd/*' | sed 1,3d",
    `unzip: removing leading '../' from member names
        1  01-02-2024 03:04   d/link
        3  01-02-2024 03:04   up
 --------                     -------
      310                     5 files
unzip: removing leading '../' from member names
       0  Stored        0   0% 01-02-2024 03:04 00000000  d/
       6  Stored        6   0% 01-02-2024 03:04 363a3020  d/a
     300  Defl:N        7  97% 01-02-2024 03:04 1b432d13  d/big.txt
       1  Stored        1   0% 01-02-2024 03:04 e8b7be43  d/link
--------          ------- ----                            ----
     307               14  95%                            5 files
`,
  ],
  [
    "extracts files with their modes, links and directories",
    "unzip t | tail -n 2; stat -c '%a %s %n' d/a d/big.txt; readlink d/link; cat d/a up; unzip -j t d/a -d flat; cat flat/a",
    `unzip: removing leading '../' from member names
  inflating: d/link
  inflating: up
640 6 d/a
755 300 d/big.txt
a
hello
up
Archive:  t.zip
  inflating: a
unzip: removing leading '../' from member names
hello
`,
  ],
  [
    "asks before it replaces a file, and takes its answers",
    "unzip -q t 2>/dev/null; unzip -qn t; printf 'q\\nr\\nnew\\nN\\n' | unzip t d/a d/big.txt; cat new; unzip -o t d/link; echo $?",
    `unzip: removing leading '../' from member names
Archive:  t.zip
replace d/a? [y]es, [n]o, [A]ll, [N]one, [r]ename: error: invalid response [q]
replace d/a? [y]es, [n]o, [A]ll, [N]one, [r]ename: new name:   inflating: new
replace d/big.txt? [y]es, [n]o, [A]ll, [N]one, [r]ename: unzip: removing leading '../' from member names
hello
Archive:  t.zip
unzip: 'd/link' exists but is not a regular file
1
`,
  ],
  [
    "complains of what is no archive",
    "unzip nx; echo $?; echo hi > bad.zip; unzip bad.zip; echo $?",
    `unzip: can't open nx[.zip]
1
Archive:  bad.zip
unzip: short read
1
`,
  ],
])("unzip %s", async (_behaviour, script, output) => {
  const setUp = `exec 2>&1; cd /tmp; echo ${ARCHIVE} | base64 -d > t.zip`;
  expect((await new Busybox().sh(`${setUp}; ${script}`)).stdout).toBe(output);
});
