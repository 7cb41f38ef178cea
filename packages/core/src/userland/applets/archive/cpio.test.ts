import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const SET_UP = `exec 2>&1; cd /tmp; umask 022; mkdir -p d; printf hello > d/a; printf '%5000s' x > d/big; ln -s a d/link
ln d/a d/hard; : > d/empty; mknod d/null c 1 3; touch -h -d '2024-01-02 03:04:05' d/*
make() { printf '%s\\n' d/a d/big d/empty d/hard d/link d/null | cpio -o -H newc --renumber-inodes -R 0:0 "$@"; }
`;

/** Both streams, as busybox's cpio leaves them. */
test.each([
  [
    "writes these very bytes, with hard links at the end",
    "make --ignore-devno | md5sum; make --ignore-devno | wc -c; make --ignore-devno | cpio -tv",
    `1982d7c578c6598f814301e066d7a9ba  -
5848
-rw-r--r-- 0/0      5000 2024-01-02 03:04:05 d/big
-rw-r--r-- 0/0         0 2024-01-02 03:04:05 d/empty
lrwxrwxrwx 0/0         0 2024-01-02 03:04:05 d/link -> a
crw-r--r-- 0/0         0 2024-01-02 03:04:05 d/null
-rw-r--r-- 0/0         5 2024-01-02 03:04:05 d/a
12 blocks
`,
  ],
  [
    "extracts, and keeps what is not older",
    "make > x; mkdir out; cd out; cpio -idm < ../x; ls -l d | awk '{print $1, $2, $5, $9, $10, $11}'; cpio -i d/a < ../x; cpio -i --to-stdout d/big < ../x | wc -c",
    `12 blocks
total 16    
-rw-r--r-- 2 5 a  
-rw-r--r-- 1 5000 big  
-rw-r--r-- 1 0 empty  
-rw-r--r-- 2 5 hard  
lrwxrwxrwx 1 1 link -> a
crw-r--r-- 1 1, 2024 null 
cpio: d/a not created: newer or same age file exists
12 blocks
12 blocks
5000
`,
  ],
  [
    "complains of what is no archive, and of files that are not there",
    "echo nx | cpio -o -H newc | wc -c; make 2>/dev/null | head -c 100 | cpio -t; echo junk | cpio -t; head -c 200 /etc/passwd | cpio -t",
    `cpio: nx: No such file or directory
0
cpio: short read
cpio: short read
cpio: unsupported cpio format, use newc or crc
`,
  ],
])("cpio %s", async (_behaviour, script, output) => {
  expect((await new Busybox().sh(SET_UP + script)).stdout).toBe(output);
});
