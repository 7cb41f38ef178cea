/**
 * ifup, ifdown: bring interfaces up and down as /etc/network/interfaces says, and remember which ones are up.
 *
 * @see ifup(8), busybox: networking/ifupdown.c
 */
import {
  close,
  dup3,
  Errno,
  execve,
  exitCode,
  nanosleep,
  netlink_get,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  pipe2,
  type Routine,
  rename,
} from "../../../abi/index.ts";
import { decode, encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie, fork, waitFor } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, Input, type Io, readText, writeAll } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { Pattern } from "../files/fnmatch.ts";
import { commandsOf } from "./interface-methods.ts";
import {
  COMMANDS,
  type InterfaceDefinition,
  type Interfaces,
  type Mapping,
  readInterfaces,
} from "./interfaces-file.ts";

const FILE = "/etc/network/interfaces";
const STATE = "/var/run/ifstate";
/** A DHCP client is given time to end. */
const CLIENT_ENDS_US = 100_000;

type Way = "up" | "down";

export const ifup: Applet = (io) => run(io, "up");
export const ifdown: Applet = (io) => run(io, "down");

function* run(io: Io, way: Way): Routine<number> {
  const options = yield* getopt(io, "anvfmi:");
  const { operands } = options;
  if (options.has("a") === operands.length > 0) return yield* showUsage(io);
  const interfaces = yield* readInterfaces(io, options.value("i") ?? FILE);
  const targets = options.has("a") ? interfaces.automatic : operands.slice(0, 1);
  const work = new IfUpDown(io, options, interfaces, way);
  let code = 0;
  for (const target of targets) if (!(yield* work.change(target))) code = 1;
  return code;
}

class IfUpDown {
  readonly #io: Io;
  readonly #options: Options;
  readonly #interfaces: Interfaces;
  readonly #way: Way;

  constructor(io: Io, options: Options, interfaces: Interfaces, way: Way) {
    this.#io = io;
    this.#options = options;
    this.#interfaces = interfaces;
    this.#way = way;
  }

  /** NAME or NAME=DEFINITION. False if it cannot be done. */
  *change(target: string): Routine<boolean> {
    const io = this.#io;
    const equals = target.indexOf("=");
    const name = equals < 0 ? target : target.slice(0, equals);
    let logical = equals < 0 ? target : target.slice(equals + 1);
    if (!this.#options.has("f")) {
      const isUp = (yield* readState()).some((line) => line.startsWith(`${name}=`));
      if (isUp === (this.#way === "up")) {
        yield* io.warn(`interface ${name} ${isUp ? "already" : "not"} configured`);
        return true;
      }
    }
    if (this.#way === "up" && !this.#options.has("m")) logical = yield* this.#map(name, logical);
    const found = this.#interfaces.definitions.filter((one) => one.name === logical);
    let failed = false;
    for (const definition of found) failed = !(yield* this.#configure({ ...definition, name }, logical)) || failed;
    if (this.#options.has("v")) yield* io.out.line("");
    if (found.length === 0 && !this.#options.has("f")) {
      yield* io.warn(`ignoring unknown interface ${logical}`);
      return false;
    }
    if (!this.#options.has("n")) yield* this.#remember(name, this.#way === "up" && !failed ? logical : undefined);
    return !failed;
  }

  *#configure(definition: InterfaceDefinition, logical: string): Routine<boolean> {
    const way = this.#way;
    const isThere = (yield* netlink_get()).links.some(({ name }) => name === definition.name);
    const commands = commandsOf(definition, way, { isThere });
    if (commands === undefined) {
      yield* this.#io.warn(`don't have all variables for ${logical}/${definition.family}`);
      return false;
    }
    const [mode, before, after] = way === "up" ? ["start", "pre-up", "up"] : ["stop", "down", "post-down"];
    const early = environment(this.#io, definition, mode, way === "up" ? "pre-up" : "pre-down");
    if (!(yield* this.#runAll(definition, before, early))) return false;
    for (const command of commands) {
      const ok = yield* this.#do(command, early);
      const endsClient = command.startsWith("test -f /var/run/udhcpc");
      if (endsClient) yield* nanosleep(CLIENT_ENDS_US);
      if (!ok && !endsClient) return false;
    }
    const late = environment(this.#io, definition, mode, way === "up" ? "post-up" : "post-down");
    return yield* this.#runAll(definition, after, late);
  }

  /** The definition's own commands, then those of a directory. */
  *#runAll(definition: InterfaceDefinition, phase: string, env: ReadonlyMap<string, string>): Routine<boolean> {
    for (const [name, command] of definition.options) {
      if (name === phase && !(yield* this.#do(command, env))) return false;
    }
    return yield* this.#do(`run-parts /etc/network/if-${phase}.d`, env);
  }

  *#do(command: string, env: ReadonlyMap<string, string>): Routine<boolean> {
    const io = this.#io;
    if (this.#options.has("n") || this.#options.has("v")) yield* io.out.line(command);
    if (this.#options.has("n")) return true;
    const shell = io.env.get("SHELL") || "/bin/sh";
    const child = yield* fork(io, function* () {
      yield* attempt(execve(shell, [shell, "-c", command], env));
      return 127;
    });
    return exitCode(yield* waitFor(child)) === 0;
  }

  *#map(name: string, logical: string): Routine<string> {
    let mapped = logical;
    for (const mapping of this.#interfaces.mappings) {
      const fits = (pattern: string): boolean => new Pattern(pattern, { ignoreCase: false }).matches(mapped);
      if (!mapping.patterns.some(fits)) continue;
      if (this.#options.has("v"))
        yield* this.#io.out.line(`Running mapping script ${mapping.script ?? ""} on ${mapped}`);
      mapped = (yield* this.#runScript(name, mapping)) ?? mapped;
    }
    return mapped;
  }

  /** A script reads the lines of the mapping, and says which definition is meant. */
  *#runScript(name: string, { script = "", lines }: Mapping): Routine<string | undefined> {
    const [inFrom, inTo] = yield* pipe2();
    const [outFrom, outTo] = yield* pipe2();
    const io = this.#io;
    const child = yield* fork(io, function* () {
      yield* dup3(inFrom, 0);
      yield* dup3(outTo, 1);
      for (const fd of [inFrom, inTo, outFrom, outTo]) yield* close(fd);
      return yield* execOrDie(io, [script, name]);
    });
    yield* close(inFrom);
    yield* close(outTo);
    yield* attempt(writeAll(inTo, encode(lines.map((line) => `${line}\n`).join(""))));
    yield* close(inTo);
    const said = decode(yield* new Input(outFrom).rest());
    yield* close(outFrom);
    const code = exitCode(yield* waitFor(child));
    const [first = ""] = said.split("\n");
    return code === 0 && first !== "" ? first : undefined;
  }

  /** Writes down what an interface is, or that it is nothing any more. */
  *#remember(name: string, logical: string | undefined): Routine<void> {
    const io = this.#io;
    const fd = yield* openOrDie(io, `${STATE}.new`, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    const others = (yield* readState()).filter((line) => !line.startsWith(`${name}=`));
    const lines = logical === undefined ? others : [...others, `${name}=${logical}`];
    yield* writeAll(fd, encode(lines.map((line) => `${line}\n`).join("")));
    yield* close(fd);
    const failure = yield* attempt(rename(`${STATE}.new`, STATE));
    if (failure instanceof Errno) yield* io.pdie(`can't move '${STATE}.new' to '${STATE}'`, failure);
  }
}

function* readState(): Routine<readonly string[]> {
  const text = yield* attempt(readText(STATE));
  if (text instanceof Errno) return [];
  return text
    .split("\n")
    .map((line) => line.replace(/[ \t].*/, ""))
    .filter((line) => line !== "");
}

/** What commands are told: nothing else but PATH. */
function environment(
  io: Io,
  { name, family, method, options }: InterfaceDefinition,
  mode: string,
  phase: string,
): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const [option, value] of options) {
    if (COMMANDS.has(option)) continue;
    const upper = option.toUpperCase().replaceAll("-", "_");
    env.set(`IF_${upper.replace(/[^A-Z0-9_]/g, "")}`, value);
  }
  env.set("IFACE", name).set("ADDRFAM", family).set("METHOD", method).set("MODE", mode).set("PHASE", phase);
  const path = io.env.get("PATH");
  if (path !== undefined) env.set("PATH", path);
  return env;
}
