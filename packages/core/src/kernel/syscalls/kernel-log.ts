/** Reading the kernel's log. @see syslog(2), kernel/printk/printk.c:do_syslog */
import { CAP_SYSLOG, Errno } from "../../abi/index.ts";
import { encode, NO_BYTES } from "../../lib/index.ts";
import { type Process, type Sleeper, Sleeping } from "../process.ts";
import type { SyscallTable } from "./table.ts";

export const kernelLogCalls = {
  syslog: (process, action) => {
    const { creds, kernel } = process;
    if (!creds.capable(CAP_SYSLOG, kernel.init.creds.user)) throw new Errno("EPERM");
    switch (action) {
      case "read":
        return new Sleeping(take(process));
      case "read-all":
        return encode(kernel.log.formatSinceClear());
      case "clear":
        kernel.log.clear();
        return NO_BYTES;
      case "console-level":
        // Nobody looks at the machine's console.
        return NO_BYTES;
      default:
        throw new Errno("EINVAL");
    }
  },
} satisfies Partial<SyscallTable>;

function* take({ kernel: { log } }: Process): Sleeper<Uint8Array> {
  for (;;) {
    const text = log.take();
    if (text !== "") return encode(text);
    if ((yield { on: [log.changed] }) === "interrupted") throw new Errno("EINTR");
  }
}
