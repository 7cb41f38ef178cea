/** /etc/network/interfaces. @see interfaces(5), busybox: networking/ifupdown.c */

import { Errno, type Routine } from "../../../abi/index.ts";
import { ownValue } from "../../../lib/index.ts";
import { namesIn } from "../../directory.ts";
import { attempt, type Io } from "../../io.ts";
import { readTextOrDie } from "../../or-die.ts";

type AddressFamily = "inet" | "inet6" | "link";

export interface InterfaceDefinition {
  readonly name: string;
  readonly family: AddressFamily;
  readonly method: string;
  /** In order; "up" and its kin may come more than once. */
  readonly options: (readonly [name: string, value: string])[];
}

export interface Mapping {
  readonly patterns: readonly string[];
  script: string | undefined;
  readonly lines: string[];
}

export interface Interfaces {
  readonly automatic: string[];
  readonly definitions: InterfaceDefinition[];
  readonly mappings: Mapping[];
}

const METHODS: Readonly<Record<AddressFamily, readonly string[]>> = {
  inet: ["manual", "wvdial", "ppp", "static", "bootp", "dhcp", "loopback"],
  inet6: ["v4tunnel", "static", "manual", "loopback"],
  link: ["none", "manual"],
};
/** Commands, of which there may be several. */
export const COMMANDS: ReadonlySet<string> = new Set(["up", "down", "pre-up", "post-down"]);
const SAME: Readonly<Record<string, string>> = { "post-up": "up", "pre-down": "down" };

/** Reads the file and those that it names. Says what is wrong with a line, and ends the applet. */
export function* readInterfaces(io: Io, path: string): Routine<Interfaces> {
  const read: Interfaces = { automatic: [], definitions: [], mappings: [] };
  yield* new InterfacesReader(io, read).file(path);
  return read;
}

class InterfacesReader {
  readonly #io: Io;
  readonly #read: Interfaces;
  #within: InterfaceDefinition | Mapping | undefined;

  constructor(io: Io, read: Interfaces) {
    this.#io = io;
    this.#read = read;
  }

  *file(path: string): Routine<void> {
    const text = yield* readTextOrDie(this.#io, path);
    this.#within = undefined;
    for (const line of text.replace(/\\\n/g, "").split("\n")) yield* this.#line(line);
  }

  *#line(line: string): Routine<void> {
    const [, indent = "", first = "", rest = ""] = /^([ \t]*)(\S*)[ \t]*(.*)$/.exec(line) ?? [];
    if (first === "" || first.startsWith("#")) return;
    const words = rest.split(/[ \t]+/).filter((word) => word !== "");
    const shown = `${indent}${first}`;
    if (first === "mapping") {
      const mapping: Mapping = { patterns: words, script: undefined, lines: [] };
      this.#read.mappings.push(mapping);
      this.#within = mapping;
    } else if (first === "iface") yield* this.#interface(words, shown);
    else if (first === "auto") {
      for (const name of words) {
        if (this.#read.automatic.includes(name)) yield* this.#io.die(`interface declared auto twice "${shown}"`);
        this.#read.automatic.push(name);
      }
      this.#within = undefined;
    } else if (first === "source") yield* this.file(words[0] ?? "");
    else if (first.startsWith("source-dir")) yield* this.#directory(words[0] ?? "");
    else yield* this.#option(first, rest, shown);
  }

  *#directory(path: string): Routine<void> {
    const names = yield* attempt(namesIn(path));
    if (names instanceof Errno) return yield* this.#io.pdie(`can't open '${path}'`, names);
    for (const name of names) if (!name.startsWith(".")) yield* this.file(`${path}/${name}`);
  }

  *#interface(words: readonly string[], line: string): Routine<void> {
    const [name, family = "", method, ...more] = words;
    if (name === undefined || method === undefined) return yield* this.#io.die(`too few parameters for line "${line}"`);
    if (more.length > 0) return yield* this.#io.die(`too many parameters "${line}"`);
    if (family !== "inet" && family !== "inet6" && family !== "link") {
      return yield* this.#io.die(`unknown address type "${family}"`);
    }
    if (!METHODS[family].includes(method)) return yield* this.#io.die(`unknown method "${method}"`);
    this.#within = { name, family, method, options: [] };
    this.#read.definitions.push(this.#within);
  }

  *#option(word: string, value: string, line: string): Routine<void> {
    const within = this.#within;
    if (within === undefined) return yield* this.#io.die(`misplaced option "${line}"`);
    if ("patterns" in within) {
      if (word === "map") within.lines.push(value.split(/[ \t]+/)[0] ?? "");
      else if (word !== "script") return yield* this.#io.die(`misplaced option "${line}"`);
      else if (within.script !== undefined) return yield* this.#io.die(`duplicate script in mapping "${line}"`);
      else within.script = value.split(/[ \t]+/)[0];
      return;
    }
    if (value === "") return yield* this.#io.die(`option with empty value "${line}"`);
    const name = ownValue(SAME, word) ?? word;
    if (!COMMANDS.has(name) && within.options.some(([known]) => known === name)) {
      return yield* this.#io.die(`duplicate option "${line}"`);
    }
    within.options.push([name, value]);
  }
}
