/** setpriv: run a program with other privileges. @see setpriv(1), capabilities(7) */
import {
  CAPABILITY_NAMES,
  type CapabilitySet,
  capget,
  capset,
  Errno,
  getgroups,
  getresgid,
  getresuid,
  prctl,
  type Routine,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";

const LONG_OPTIONS = {
  dump: "d",
  nnp: "nnp",
  "no-new-privs": "nnp",
  "inh-caps": "inh-caps:",
  "ambient-caps": "ambient-caps:",
};

/** busybox knows the names of capabilities up to this one. */
const LAST_KNOWN = 37;
const KNOWN_NAMES: readonly string[] = CAPABILITY_NAMES.slice(0, LAST_KNOWN + 1).map((name) =>
  name.slice("CAP_".length).toLowerCase(),
);

export const setpriv: Applet = function* (io) {
  const options = yield* getopt(io, "+d", LONG_OPTIONS);
  if (options.has("d")) {
    if (options.operands.length > 0 || options.given.length > 1) return yield* showUsage(io);
    yield* dump(io);
    return 0;
  }
  if (options.has("nnp")) yield* prctl("PR_SET_NO_NEW_PRIVS", 1);
  const inheritable = options.value("inh-caps");
  if (inheritable !== undefined) yield* setInheritable(io, inheritable);
  const ambient = options.value("ambient-caps");
  if (ambient !== undefined) yield* setAmbient(io, ambient);
  if (options.operands.length === 0) return yield* showUsage(io);
  return yield* execOrDie(io, options.operands);
};

function* dump(io: Io): Routine<void> {
  const uids = yield* getresuid();
  const gids = yield* getresgid();
  const groups = yield* getgroups();
  const noNewPrivileges = yield* prctl("PR_GET_NO_NEW_PRIVS");
  const { inheritable } = yield* capget();
  const bounding: number[] = [];
  for (let number = 0; number < CAPABILITY_NAMES.length; number++) {
    if ((yield* prctl("PR_CAPBSET_READ", number)) === 1) bounding.push(number);
  }
  const lines = [
    `uid: ${uids.real}`,
    `euid: ${uids.effective}`,
    `gid: ${gids.real}`,
    `egid: ${gids.effective}`,
    `Supplementary groups: ${groups.length === 0 ? "[none]" : groups.join(",")}`,
    `no_new_privs: ${noNewPrivileges}`,
    `Inheritable capabilities: ${formatCapabilities(inheritable)}`,
    `Ambient capabilities: ${formatCapabilities(yield* ambientCapabilities())}`,
    `Capability bounding set: ${formatCapabilities(bounding)}`,
  ];
  for (const line of lines) yield* io.out.line(line);
}

/** There is no call that tells them; /proc does. */
function* ambientCapabilities(): Routine<readonly number[]> {
  const text = yield* attempt(readText("/proc/self/status"));
  const [, digits = "0"] = text instanceof Errno ? [] : (/^CapAmb:\t([0-9a-f]+)$/m.exec(text) ?? []);
  const mask = BigInt(`0x${digits}`);
  return CAPABILITY_NAMES.map((_, number) => number).filter((number) => ((mask >> BigInt(number)) & 1n) === 1n);
}

function formatCapabilities(numbers: Iterable<number>): string {
  const names = [...numbers].map((number) => KNOWN_NAMES[number] ?? `cap_${number}`);
  return names.length === 0 ? "[none]" : names.join(",");
}

/** `+name` and `-name`, separated by commas. */
function* readChanges(io: Io, text: string): Routine<readonly { readonly adds: boolean; readonly number: number }[]> {
  const changes: { readonly adds: boolean; readonly number: number }[] = [];
  for (const word of text.split(",").filter((part) => part !== "")) {
    if (!/^[-+]/.test(word)) return yield* io.die(`invalid capability '${word}'`);
    const name = word.slice(1);
    const number = /^cap_\d+$/.test(name) ? Number(name.slice(4)) : KNOWN_NAMES.indexOf(name);
    if (number < 0) return yield* io.die(`unknown capability '${name}'`);
    changes.push({ adds: word.startsWith("+"), number });
  }
  return changes;
}

function* setInheritable(io: Io, text: string): Routine<void> {
  const old = yield* capget();
  let inheritable: CapabilitySet = old.inheritable;
  for (const { adds, number } of yield* readChanges(io, text)) {
    inheritable = adds ? inheritable.with(number) : inheritable.without(number);
  }
  const error = yield* attempt(capset({ ...old, inheritable }));
  if (error instanceof Errno) yield* io.pdie("capset", error);
}

function* setAmbient(io: Io, text: string): Routine<void> {
  for (const { adds, number } of yield* readChanges(io, text)) {
    const error = yield* attempt(prctl(adds ? "PR_CAP_AMBIENT_RAISE" : "PR_CAP_AMBIENT_LOWER", number));
    if (error instanceof Errno) yield* io.perror(adds ? "cap_ambient_raise" : "cap_ambient_lower", error);
  }
}
