/** Built-ins that are applets too: echo, printf, test. They run in the shell's own process. */
import type { Routine } from "../../../abi/index.ts";
import { fromByteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { test as testApplet } from "../../applets/files/test.ts";
import { echo as echoApplet } from "../../applets/text/echo.ts";
import { printf as printfApplet } from "../../applets/text/printf.ts";
import { AppletExit, Io } from "../../io.ts";
import { type Builtin, regular } from "../builtin.ts";
import type { Shell } from "../shell.ts";

/** Calls an applet in the shell's own process; its messages are in the name of the shell. */
export function* runAsBuiltin(shell: Shell, applet: Applet, argv: readonly string[]): Routine<number> {
  const io = new Io(shell.name, argv.map(fromByteString), new Map());
  let code: number;
  try {
    code = yield* applet(io);
  } catch (ending) {
    if (!(ending instanceof AppletExit)) throw ending;
    code = ending.code;
  }
  yield* io.out.flush();
  return io.out.error === undefined ? code : 1;
}

const builtinOf = (applet: Applet): Builtin => regular((shell, { argv }) => runAsBuiltin(shell, applet, argv));

export const echo = builtinOf(echoApplet);
export const printf = builtinOf(printfApplet);
export const test = builtinOf(testApplet);
