import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const MODULES = `
  mkdir -p /m/lib/modules/6.1.0/k; cd /m/lib/modules/6.1.0/k
  printf 'depends=b-c,d\\0alias=foo\\0license=GPL\\0' > a-a.ko; printf 'depends=\\0' > b-c.ko; printf 'depends=b-c\\0' > d.ko`;

test("depmod names a module behind those that need it", async () => {
  const { stdout } = await new Busybox().sh(`${MODULES}; depmod -b /m -n 6.1.0 | grep ^k/a`);
  expect(stdout).toBe("k/a-a.ko: k/d.ko k/b-c.ko\n");
});

test("modinfo shows the field that is named before those that have letters", async () => {
  const script = `${MODULES}; mkdir -p /lib/modules; mv /m/lib/modules/6.1.0 /lib/modules/$(uname -r); depmod; modinfo -lF alias a_a`;
  expect((await new Busybox().sh(script)).stdout).toBe("alias:          foo\nlicense:        GPL\n");
});
