/**
 * tc: how packets wait on a link. Every link here has the one discipline that virtual links have: they do not wait.
 *
 * @see tc(8), net/sched/sch_generic.c
 */
import { netlink_get, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { disciplineOf } from "./ip/link-text.ts";

const OBJECTS = ["qdisc", "class", "filter"] as const;
const COMMANDS = ["add", "delete", "change", "link", "replace", "show", "list"] as const;
const SHOWS: ReadonlySet<string> = new Set(["show", "list"]);
/** Words of classes and filters, each with a value. */
const SELECTORS: ReadonlySet<string> = new Set(["root", "parent", "qdisc", "handle", "pref", "prio", "protocol"]);

export const tc: Applet = function* (io) {
  const words = io.argv.slice(1);
  const first = words.shift();
  const object = OBJECTS.find((name) => first !== undefined && first !== "" && name.startsWith(first));
  if (object === undefined) return yield* showUsage(io);
  const typed = words.shift() ?? "show";
  const command = COMMANDS.find((name) => typed !== "" && name.startsWith(typed));
  if (command === undefined) return yield* io.die(`invalid argument '${typed}' to '${first}'`);
  const device = yield* parse(io, object, words);
  if (object !== "qdisc" || !SHOWS.has(command)) return 0;
  for (const link of (yield* netlink_get()).links) {
    if (device !== undefined && link.name !== device) continue;
    const where = device === undefined ? `dev ${link.name} ` : "";
    yield* io.out.line(`qdisc ${disciplineOf(link)} 0: ${where}root refcnt 2 `);
  }
  return 0;
};

/** Reads the rest of the line; the device, if one is named. */
function* parse(io: Io, object: (typeof OBJECTS)[number], words: string[]): Routine<string | undefined> {
  let device: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const isDevice = word === "dev";
    if (!isDevice && (object === "qdisc" || !SELECTORS.has(word))) {
      return yield* io.die(`invalid argument '${word}' to 'command'`);
    }
    const value = words.shift();
    if (value === undefined) return yield* io.die('command line is not complete, try "help"');
    if (!isDevice) continue;
    if (device !== undefined) return yield* io.die(`duplicate "dev": "${value}"`);
    const { links } = yield* netlink_get();
    if (!links.some(({ name }) => name === value)) return yield* io.die(`can't find device '${value}'`);
    device = value;
  }
  return device;
}
