/** /etc/inittab, as busybox reads it: TTY:ignored:ACTION:COMMAND. @see busybox: init/init.c, examples/inittab */
import { Errno, type Routine } from "../../../abi/index.ts";
import { attempt, readText } from "../../io.ts";

const ACTIONS = ["sysinit", "wait", "once", "respawn", "askfirst", "ctrlaltdel", "shutdown", "restart"] as const;
export type InitAction = (typeof ACTIONS)[number];

export interface InittabEntry {
  readonly action: InitAction;
  readonly command: string;
  /** The terminal that it gets; "" for init's own. */
  readonly terminal: string;
}

const INITTAB = "/etc/inittab";
const SHELL = "-/bin/sh";
const entry = (action: InitAction, command: string, terminal = ""): InittabEntry => ({ action, command, terminal });

/** What is done without a file. */
const DEFAULTS: readonly InittabEntry[] = [
  entry("sysinit", "/etc/init.d/rcS"),
  entry("askfirst", SHELL),
  ...["/dev/tty2", "/dev/tty3", "/dev/tty4"].map((terminal) => entry("askfirst", SHELL, terminal)),
  entry("ctrlaltdel", "reboot"),
  entry("shutdown", "umount -a -r"),
  entry("shutdown", "swapoff -a"),
  entry("restart", "init"),
];

/** The entries, and the numbers of lines that are none. */
export function* readInittab(): Routine<{
  readonly entries: readonly InittabEntry[];
  readonly bad: readonly number[];
}> {
  const text = yield* attempt(readText(INITTAB));
  if (text instanceof Errno) return { entries: DEFAULTS, bad: [] };
  const entries: InittabEntry[] = [];
  const bad: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const content = line.replace(/#.*/, "");
    if (content.trim() === "") continue;
    const [terminal = "", , name = "", ...rest] = content.split(":");
    const action = ACTIONS.find((one) => one === name);
    const command = rest.join(":");
    if (action === undefined || command === "") bad.push(index + 1);
    else entries.push(entry(action, command, terminal === "" ? "" : `/dev/${terminal.replace(/^\/dev\//, "")}`));
  }
  return { entries, bad };
}
