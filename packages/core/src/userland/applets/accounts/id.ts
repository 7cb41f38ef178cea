/** id, groups, whoami: who a process, or a user, is. @see id(1p) */
import { getgroups, getresgid, getresuid, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { groupById, groupIdsOf, userById, userByName } from "../../passwd.ts";

interface Identity {
  readonly realUid: number;
  readonly effectiveUid: number;
  readonly realGid: number;
  readonly effectiveGid: number;
  readonly groups: readonly number[];
}

export const id: Applet = function* (io) {
  const options = yield* getopt(io, "rnugG");
  const selected = ["u", "g", "G"].filter((letter) => options.has(letter));
  const needsSelection = options.has("r") || options.has("n");
  if (selected.length > 1 || (needsSelection && selected.length === 0) || options.operands.length > 1) {
    return yield* showUsage(io);
  }
  const who = yield* identify(io, options.operands[0]);
  const printer = new Printer(io, options);
  switch (selected[0]) {
    case "u":
      yield* printer.user("", options.has("r") ? who.realUid : who.effectiveUid);
      break;
    case "g":
      yield* printer.group("", options.has("r") ? who.realGid : who.effectiveGid);
      break;
    case "G":
      yield* printer.groups(who);
      break;
    default:
      yield* printer.everything(who);
  }
  yield* io.out.write("\n");
  return printer.code;
};

export const groups: Applet = function* (io) {
  const options = yield* getopt(io, "");
  const printer = new Printer(io, { has: (name) => name === "n" || name === "G" });
  yield* printer.groups(yield* identify(io, options.operands[0]));
  yield* io.out.write("\n");
  return printer.code;
};

export const whoami: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  const { effective } = yield* getresuid();
  const user = yield* userById(io, effective);
  if (user === undefined) return yield* io.die(`unknown uid ${effective}`);
  yield* io.out.line(user.name);
  return 0;
};

/** The ids of a user by name, or of the running process. */
function* identify(io: Io, name: string | undefined): Routine<Identity> {
  if (name === undefined) {
    const uids = yield* getresuid();
    const gids = yield* getresgid();
    return {
      realUid: uids.real,
      effectiveUid: uids.effective,
      realGid: gids.real,
      effectiveGid: gids.effective,
      groups: yield* getgroups(),
    };
  }
  const user = yield* userByName(io, name);
  if (user === undefined) return yield* io.die(`unknown user ${name}`);
  const { uid, gid } = user;
  const list = yield* groupIdsOf(io, name, gid);
  return { realUid: uid, effectiveUid: uid, realGid: gid, effectiveGid: gid, groups: list };
}

class Printer {
  readonly #io: Io;
  readonly #names: boolean;
  readonly #selects: boolean;
  /** 1 once a name was asked for that there is not. */
  code = 0;

  constructor(io: Io, options: Pick<Options, "has">) {
    this.#io = io;
    this.#names = options.has("n");
    this.#selects = ["u", "g", "G"].some((letter) => options.has(letter));
  }

  *everything(who: Identity): Routine<void> {
    yield* this.user("uid=", who.realUid);
    yield* this.group(" gid=", who.realGid);
    if (who.effectiveUid !== who.realUid) yield* this.user(" euid=", who.effectiveUid);
    if (who.effectiveGid !== who.realGid) yield* this.group(" egid=", who.effectiveGid);
    let prefix = " groups=";
    for (const gid of who.groups) {
      yield* this.group(prefix, gid);
      prefix = ",";
    }
  }

  /** All groups in one line: the main one first, each once. */
  *groups(who: Identity): Routine<void> {
    yield* this.group("", who.realGid);
    if (who.effectiveGid !== who.realGid) yield* this.group(" ", who.effectiveGid);
    for (const gid of who.groups) {
      if (gid !== who.realGid && gid !== who.effectiveGid) yield* this.group(" ", gid);
    }
  }

  *user(prefix: string, uid: number): Routine<void> {
    yield* this.#print(prefix, uid, (yield* userById(this.#io, uid))?.name);
  }

  *group(prefix: string, gid: number): Routine<void> {
    yield* this.#print(prefix, gid, (yield* groupById(this.#io, gid))?.name);
  }

  *#print(prefix: string, number: number, name: string | undefined): Routine<void> {
    const { out } = this.#io;
    yield* out.write(prefix);
    if (!this.#selects) yield* out.write(name === undefined ? String(number) : `${number}(${name})`);
    else if (this.#names && name !== undefined) yield* out.write(name);
    else {
      yield* out.write(String(number));
      if (this.#names) {
        yield* this.#io.warn(`unknown ID ${number}`);
        this.code = 1;
      }
    }
  }
}
