// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** What the recorded busybox does with compressed files. */
const TABLE: readonly (readonly [behaviour: string, script: string, stdout: string, stderr: string, code: number])[] = [
  [
    "gzip replaces the file and refuses to overwrite",
    "cd /tmp; echo hello > f; gzip f; ls; gunzip f.gz; cat f; gzip -k f; gzip f; echo $?; gzip -f f; zcat f.gz; gunzip -t f.gz; echo $?",
    "f.gz\nhello\n1\nhello\n0\n",
    "gzip: can't open 'f.gz': File exists\n",
    0,
  ],
  [
    "gunzip names what it does not know or cannot read",
    "cd /tmp; gunzip nosuch; echo $?; echo x > y.txt; gunzip y.txt; echo $?; echo bad > b.gz; gunzip b.gz; echo $?; ls; zcat < b.gz; echo $?; mkdir d; gzip d; echo $?",
    "1\n1\n1\nb.gz\ny.txt\n1\n1\n",
    "gunzip: nosuch: No such file or directory\ngunzip: y.txt: unknown suffix - ignored\ngunzip: invalid magic\nzcat: no gzip/bzip2/xz magic\ngzip: can't remove file 'd': Is a directory\n",
    0,
  ],
  [
    "gzip names neither file nor time",
    "printf a | gzip | hexdump -C; gzip < /dev/null | wc -c; (echo a | gzip; echo b | gzip) | zcat; (echo a | gzip; echo trailing) | gunzip; echo $?",
    "00000000  1f 8b 08 00 00 00 00 00  00 03 4b 04 00 43 be b7  |..........K..C..|\n00000010  e8 01 00 00 00                                    |.....|\n00000015\n20\na\nb\na\n0\n",
    "",
    0,
  ],
  [
    "bzip2 makes the reference's bytes",
    "cd /tmp; echo hello > f; bzip2 -k f; md5sum f.bz2; bzip2 -1 < f | md5sum; bzip2 < /dev/null | hexdump -C; seq 1 20000 | bzip2 | md5sum; head -c 100000 /dev/zero | bzip2 | md5sum; bzcat f.bz2; bunzip2 f.bz2; echo $?",
    "c3bfcee1b02c38c012368af8a429cb1f  f.bz2\n9ce7237907d4a003ab75b777b15a7926  -\n00000000  42 5a 68 39 17 72 45 38  50 90 00 00 00 00        |BZh9.rE8P.....|\n0000000e\nfe8d7faceb4ec63e76b0a6622aa1b2f6  -\n9d78ab97f34cec9cfb0db53389f26d6e  -\nhello\n1\n",
    "bunzip2: can't open 'f': File exists\n",
    0,
  ],
  [
    "broken bzip2 input is told apart",
    "cd /tmp; echo x > bad.bz2; bunzip2 bad.bz2; echo $?; echo hello | bzip2 | head -c 30 | bzcat; echo $?; echo hello | bzip2 -t -d; bunzip2 nosuch.bz2; echo $?",
    "1\n1\n1\n",
    "bunzip2: invalid magic\nbzcat: bunzip error -3\nbzip2: invalid magic\nbunzip2: nosuch.bz2: No such file or directory\n",
    0,
  ],
  [
    "xz and lzma only decompress",
    "cd /tmp; echo x | unxz; echo $?; echo hello | gzip | head -c 22 | zcat; echo $?; echo x > f; xz f 2>&1 | head -3; printf '\\375\\067\\172\\130\\132\\000' | unxz; echo $?; unxz f; echo $?; echo x | unlzma; echo $?; unxz nosuch.xz; echo $?; echo | uncompress; echo $?",
    "0\nhello\n0\nBusyBox v1.38.0 (Debian 1:1.38.0-3+b1) multi-call binary.\n\nUsage: xz -d [-cfk] [FILE]...\n1\n1\n1\n1\n1\n",
    "zcat: corrupted data\nunxz: corrupted data\nunxz: f: unknown suffix - ignored\nunlzma: bad lzma header\nunxz: nosuch.xz: No such file or directory\nuncompress: invalid magic\n",
    0,
  ],
];

describe("gzip, bzip2, xz and their inverses", () => {
  it.each(TABLE)("%s", async (_behaviour, script, stdout, stderr, code) => {
    expect(await new Busybox().sh(script)).toMatchObject({ stdout, stderr, code });
  });
});
