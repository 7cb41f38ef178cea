import { expect, test } from "vitest";
import { Busybox } from "../../testing/busybox.ts";

/** Printed by busybox's mkpasswd with libcrypt. */
test.each([
  ["secret", "ab", "abNANd1rDfiNc"],
  ["password", "$1$123456789", "$1$12345678$o2n/JiO/h5VviOInWJ4OQ/"],
  ["", "$5$rounds=10$x$", "$5$rounds=1000$x$kIBhdUvT3pHpfTjzR8s1XJu3y/HRJeFxMSffBtF8jx9"],
  ["secret", "$6$abc", "$6$abc$IdWKNKTJEb8LxY7CGg8YBXlvtfZzFw7Mp/r6niK9YB2mdvgY..TKjv1T..8RadRt2qvUHYRLr/TsVArtr91iR1"],
  [
    "geheim ä",
    "$6$rounds=1234$abcdefghijklmnopqrst",
    "$6$rounds=1234$abcdefghijklmnop$fNeptK2X1I0eu3U9Q0wTXeeNIT3XttxGViAGlUh5mIY6YeLra1dbGbY6rd3alJ7pme2K3OGog60wqOu898i1A.",
  ],
])("%j with the setting %s is hashed as libcrypt does", async (password, setting, hashed) => {
  expect(await new Busybox().run(["mkpasswd", "-S", setting, password])).toMatchObject({
    stdout: `${hashed}\n`,
    code: 0,
  });
});

test("a setting that is none is refused", async () => {
  const { stderr, code } = await new Busybox().run(["mkpasswd", "-S", "!!", "x"]);
  expect([stderr, code]).toEqual(["mkpasswd: bad salt\n", 1]);
});
