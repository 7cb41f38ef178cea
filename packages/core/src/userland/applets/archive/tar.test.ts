// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** What the recorded busybox does with archives. */
const TABLE: readonly (readonly [behaviour: string, script: string, stdout: string, stderr: string, code: number])[] = [
  [
    "lists, extracts, strips components and says what is missing",
    "cd /tmp; mkdir d; echo hi > d/f; tar cf t.tar d; tar tf t.tar; wc -c < t.tar; rm -r d; tar xvf t.tar; cat d/f; tar xf t.tar --strip-components=1; cat f; tar tf t.tar nosuch; echo $?; tar xf nosuch; echo $?; tar xOf t.tar d/f",
    "d/\nd/f\n2560\nd/\nd/f\nhi\nhi\n1\n1\nhi\n",
    "tar: nosuch: not found in archive\ntar: can't open 'nosuch': No such file or directory\n",
    0,
  ],
  [
    "hard links share data, symbolic links stay",
    "cd /tmp; mkdir d; echo a > d/a; tar cf t.tar -C d a; ln d/a d/b; ln -s /etc/passwd d/s; tar cf u.tar d/a d/b d/s; rm -r d; tar xf u.tar; stat -c %h d/a; readlink d/s; tar tvf u.tar | awk '{print $1,$2,$3,$6,$7,$8}'",
    "2\n/etc/passwd\n-rw-r--r-- root/root 2 d/a  \n-rw-r--r-- root/root 0 d/b -> d/a\nlrwxrwxrwx root/root 0 d/s -> /etc/passwd\n",
    "",
    0,
  ],
  [
    "compresses through programs and by the file's ending",
    "cd /tmp; echo x > f; tar czf a.tgz f; tar tzf a.tgz; tar caf b.tar.bz2 f; tar tjf b.tar.bz2; tar c f | gzip | tar xzv; tar czf c f nosuch; echo $?; tar cZf e.Z f; echo $?; tar tf a.tgz; echo $?",
    "f\nf\nf\n1\n1\n1\n",
    "tar: nosuch: No such file or directory\ntar: error exit delayed from previous errors\ntar: can't execute 'compress': No such file or directory\ntar: short read\n",
    0,
  ],
  [
    "leading slashes and dots are removed",
    "cd /tmp; echo x > f; tar cf a.tar /tmp/f; tar tf a.tar; tar cf b.tar ../tmp/f; tar tf b.tar; tar cf a.tar a.tar f; echo $?",
    "tmp/f\ntmp/f\n0\n",
    "tar: removing leading '/' from member names\ntar: removing leading '../' from member names\ntar: a.tar: file is the archive; skipping\n",
    0,
  ],
  [
    "stops reading options at the second mode",
    "cd /tmp; echo x > f; tar cf -- -x.tar 2>&1 | head -1 | cut -c1-7; tar -cx --bogus 2>&1 | head -1 | cut -c1-7; tar --create -t -Q 2>&1 | head -1 | cut -c1-7; tar -Q -cx 2>&1 | head -1; tar ccf a f; tar tf a",
    "BusyBox\nBusyBox\nBusyBox\ntar: invalid option -- 'Q'\nf\n",
    "",
    0,
  ],
  [
    "refuses no mode, two modes, no files, garbage",
    "cd /tmp; tar cf x.tar 2>&1; echo $?; tar cx 2>&1 | head -1 | cut -c1-7; head -c 1000 /etc/passwd > g; tar tf g; echo $?; yes garbage | head -c 1024 > r; tar tf r; echo $?; : > e; tar tf e; echo $?; head -c 1024 /dev/zero | tar t; echo $?",
    "tar: empty archive\n1\nBusyBox\n1\n1\n1\n0\n",
    "tar: short read\ntar: invalid tar magic\ntar: short read\n",
    0,
  ],
  [
    "existing files are replaced, kept with -k, truncated with --overwrite",
    "cd /tmp; echo new > f; tar cf a.tar f; echo old > f; tar xkf a.tar; echo $?; cat f; tar x --overwrite -f a.tar; cat f; mkdir -p c/f; tar xf a.tar -C c; echo $?; tar xf a.tar -C nosuch; echo $?",
    "1\nold\nnew\n1\n1\n",
    "tar: can't open 'f': File exists\ntar: can't remove old file f: Is a directory\ntar: can't change directory to 'nosuch': No such file or directory\n",
    0,
  ],
  [
    "gives files to a command with what it needs to know",
    "cd /tmp; echo data > f; tar cf a.tar f; tar xf a.tar --to-command='echo $TAR_FILENAME $TAR_SIZE $TAR_FILETYPE; cat'; echo $?; tar xf a.tar --to-command='exit 3'; echo $?",
    "f 5 f\ndata\n0\n1\n",
    "tar: 'exit 3' returned status 3\n",
    0,
  ],
  [
    "long names come back whole",
    "cd /tmp; n=$(printf 'x%.0s' $(seq 120)); mkdir $n; echo in > $n/$n; tar cf l.tar $n; rm -r $n; tar tf l.tar | wc; tar xf l.tar; cat $n/$n",
    "        2         2       364\nin\n",
    "",
    0,
  ],
];

describe("tar", () => {
  it.each(TABLE)("%s", async (_behaviour, script, stdout, stderr, code) => {
    expect(await new Busybox().sh(script)).toMatchObject({ stdout, stderr, code });
  });
});
