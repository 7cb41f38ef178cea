/** `ip link`: devices. @see ip-link(8) */
import { Errno, LINK_FLAGS, netlink_get, netlink_set, type Routine } from "../../../../abi/index.ts";
import { AppletExit, type Io } from "../../../io.ts";
import { linkText } from "./link-text.ts";
import { checkDevice, incomplete, matching, requires, type Style, talk } from "./words.ts";

const COMMANDS = ["add", "delete", "set", "show", "lst", "list"] as const;
/** What wrong words end with here. */
const USAGE_CODE = 2;

export function* link(io: Io, style: Style, words: string[]): Routine<number> {
  const first = words.shift();
  const command = first === undefined ? "show" : matching(COMMANDS, first);
  switch (command) {
    case undefined:
      yield* io.warn(`invalid argument '${first ?? ""}' to 'ip'`);
      throw new AppletExit(USAGE_CODE);
    case "add":
      return yield* add(io, words);
    case "delete":
      return yield* remove(io, words);
    case "set":
      return yield* set(io, words);
    default:
      return yield* show(io, style, words);
  }
}

function* show(io: Io, style: Style, words: string[]): Routine<number> {
  let device: string | undefined;
  let onlyUp = false;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "up") onlyUp = true;
    else {
      const name = word === "dev" ? yield* value(io, words) : word;
      if (device !== undefined) return yield* io.die(`either "dev" is duplicate, or "${name}" is garbage`, USAGE_CODE);
      device = name;
    }
  }
  if (device !== undefined) yield* checkDevice(io, device, USAGE_CODE);
  const { links } = yield* netlink_get();
  for (const one of links) {
    if ((device !== undefined && one.name !== device) || (onlyUp && !one.up)) continue;
    yield* io.out.write(linkText(one, links, { ...style, family: "link" }));
  }
  return 0;
}

function* value(io: Io, words: string[]): Routine<string> {
  return words.shift() ?? (yield* incomplete(io, USAGE_CODE));
}

function* add(io: Io, words: string[]): Routine<number> {
  let name: string | undefined;
  let type: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "type") {
      type = yield* value(io, words);
      // What follows is not read: the other end of a pair gets a name from the kernel.
      break;
    }
    if (word === "name" || word === "dev") name = yield* value(io, words);
    else if (word === "link") yield* checkDevice(io, yield* value(io, words), USAGE_CODE);
    else if (word === "address") yield* value(io, words);
    else if (name === undefined) name = word;
    else return yield* io.die(`either "dev" is duplicate, or "${word}" is garbage`, USAGE_CODE);
  }
  return yield* talk(io, { kind: "link-add", name: name ?? "", type: type ?? "" });
}

function* remove(io: Io, words: string[]): Routine<number> {
  const first = words.shift();
  const name = first === "dev" || first === "name" ? words.shift() : first;
  // Without a name the real one ends without a word.
  if (name === undefined) return 1;
  yield* checkDevice(io, name, USAGE_CODE);
  return yield* talk(io, { kind: "link-del", name });
}

interface Wanted {
  up?: boolean;
  flags?: { readonly bits: number; readonly on: boolean };
  newName?: string;
  mac?: string;
  mtu?: number;
  queueLength?: number;
  master?: string;
  pid?: number;
}

function* set(io: Io, words: string[]): Routine<number> {
  let device: string | undefined;
  const wanted: Wanted = {};
  const changes: { readonly bits: number; readonly on: boolean }[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "up" || word === "down") wanted.up = word === "up";
    else if (word === "mtu") wanted.mtu = yield* number(io, word, words);
    else if (word === "qlen") wanted.queueLength = yield* number(io, word, words);
    else if (word === "name") wanted.newName = yield* value(io, words);
    else if (word === "address") wanted.mac = yield* value(io, words);
    else if (word === "master") wanted.master = yield* value(io, words);
    else if (word === "nomaster") wanted.master = "";
    else if (word === "netns") wanted.pid = yield* number(io, word, words);
    else if (isFlag(word))
      changes.push({ bits: FLAGS[word], on: (yield* onOff(io, word, words)) !== INVERTED.has(word) });
    else if (word === "type") yield* value(io, words);
    else {
      const name = word === "dev" ? yield* value(io, words) : word;
      if (device !== undefined) return yield* io.die(`either "dev" is duplicate, or "${name}" is garbage`, USAGE_CODE);
      device = name;
    }
  }
  if (device === undefined) return yield* requires(io, "dev", USAGE_CODE);
  const code = yield* apply(io, device, wanted);
  for (const flags of changes) yield* flag(io, device, flags);
  return code;
}

const FLAGS = {
  arp: LINK_FLAGS.noArp,
  multicast: LINK_FLAGS.multicast,
  promisc: LINK_FLAGS.promiscuous,
} as const;
/** Those whose bit means that there is none. */
const INVERTED: ReadonlySet<string> = new Set(["arp"]);

const isFlag = (word: string): word is keyof typeof FLAGS => Object.hasOwn(FLAGS, word);

function* onOff(io: Io, option: string, words: string[]): Routine<boolean> {
  const text = yield* value(io, words);
  if (text !== "on" && text !== "off")
    return yield* io.die(`argument of "${option}" must be "on" or "off"`, USAGE_CODE);
  return text === "on";
}

function* flag(io: Io, name: string, flags: { readonly bits: number; readonly on: boolean }): Routine<void> {
  const { links } = yield* netlink_get();
  const exists = links.some((one) => one.name === name);
  yield* request(io, exists ? "SIOCSIFFLAGS" : "SIOCGIFFLAGS", exists, { name, flags });
}

/** What is asked for by ioctl, and what by netlink, differs in how its refusal is told. */
function* apply(io: Io, device: string, wanted: Wanted): Routine<number> {
  const { links } = yield* netlink_get();
  const link = links.find(({ name }) => name === device);
  const exists = link !== undefined;
  if (wanted.master !== undefined || wanted.pid !== undefined) {
    yield* checkDevice(io, device, USAGE_CODE);
    const { master, pid } = wanted;
    if (master !== undefined && master !== "") yield* checkDevice(io, master, USAGE_CODE);
    yield* talk(io, {
      kind: "link-set",
      name: device,
      ...(master === undefined ? {} : { master }),
      ...(pid === undefined ? {} : { pid }),
    });
    if (pid !== undefined) return 0;
  }
  const { mac, queueLength, mtu, newName, up } = wanted;
  let name = device;
  if (mac !== undefined) yield* request(io, exists ? "SIOCSIFHWADDR" : "SIOCGIFINDEX", exists, { name, mac });
  if (queueLength !== undefined) yield* request(io, "SIOCSIFXQLEN", exists, { name, queueLength });
  if (mtu !== undefined) yield* request(io, "SIOCSIFMTU", exists, { name, mtu });
  if (newName !== undefined) {
    yield* request(io, "SIOCSIFNAME", exists, { name, newName });
    name = newName;
  }
  // What it is already is not asked for.
  if (up !== undefined && up !== link?.up)
    yield* request(io, exists ? "SIOCSIFFLAGS" : "SIOCGIFFLAGS", exists, { name, up });
  return 0;
}

function* request(io: Io, what: string, exists: boolean, change: Wanted & { readonly name: string }): Routine<void> {
  const failure = exists ? yield* netlink_set({ kind: "link-set", ...change }).attempt() : new Errno("ENODEV");
  if (failure instanceof Errno) yield* io.pdie(what, failure, USAGE_CODE);
}

function* number(io: Io, option: string, words: string[]): Routine<number> {
  const text = yield* value(io, words);
  if (!/^\d+$/.test(text)) return yield* io.die(`invalid argument '${text}' to '${option}'`, USAGE_CODE);
  return Number(text);
}
