/** What an archive says of one of its members, and how it is listed. */
import { type FileType, fileType, type Routine } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import { civilOf, strftime, type Zone } from "../../dates.ts";
import type { Io } from "../../io.ts";
import { modeString } from "../../mode.ts";
import { Pattern } from "../files/fnmatch.ts";

export interface Member {
  readonly name: string;
  /** Type bits and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Empty if the archive names nobody. */
  readonly userName: string;
  readonly groupName: string;
  readonly mtimeUs: number;
  /** Bytes of data that follow. */
  readonly size: number;
  /** Of a symbolic link, or, for a file without data, of a hard link. */
  readonly linkTarget: string | undefined;
  readonly device: number;
}

export const typeOf = (member: Member): FileType => fileType(member.mode);

/** The file that a member shares its data with, if it is a hard link. */
export function hardLinkOf(member: Member): string | undefined {
  return typeOf(member) === "file" && member.size === 0 ? member.linkTarget : undefined;
}

/** What `ls -l` would say, more or less. */
export function longLine(member: Member, zone: Zone): string {
  const owner = `${member.userName || member.uid}/${member.groupName || member.gid}`;
  const time = strftime("%Y-%m-%d %H:%M:%S", civilOf(member.mtimeUs, zone));
  const target = member.linkTarget === undefined ? "" : ` -> ${member.linkTarget}`;
  return `${modeString(member.mode)} ${owner} ${String(member.size).padStart(9)} ${time} ${member.name}${target}`;
}

/** Which members are wanted: patterns, compared with as many leading components of a name as they have. */
export class Selection {
  readonly #accepted: readonly string[];
  readonly #rejected: readonly string[];
  readonly #passed: string[] = [];

  constructor(accepted: readonly string[], rejected: readonly string[] = []) {
    this.#accepted = accepted;
    this.#rejected = rejected;
  }

  wants(name: string): boolean {
    if (this.#rejected.some((pattern) => matchesStart(pattern, name))) return false;
    return this.#accepted.length === 0 || this.#accepted.some((pattern) => matchesStart(pattern, name));
  }

  /** True if the name itself matches, with all its components. */
  wantsExactly(name: string): boolean {
    return this.#accepted.length === 0 || this.#accepted.some((pattern) => matches(pattern, name));
  }

  /** Remembers that a member was dealt with. */
  pass(name: string): void {
    if (this.#accepted.length > 0 || this.#rejected.length > 0) this.#passed.push(name);
  }

  /** The first name that was asked for and not seen. */
  get missing(): string | undefined {
    const seen = (name: string): boolean =>
      [...this.#rejected, ...this.#passed].some((pattern) => matches(pattern, name));
    return this.#accepted.find((name) => !seen(name));
  }
}

function matches(pattern: string, name: string): boolean {
  return new Pattern(byteString(pattern), { ignoreCase: false }).matches(byteString(name));
}

function matchesStart(pattern: string, name: string): boolean {
  const components = pattern.split("/").length;
  return matches(pattern, name.split("/").slice(0, components).join("/"));
}

/** Names that would lead out of the directory lose what leads there; the first time that is said. */
export class SafeNames {
  readonly #io: Io;
  #warned = false;

  constructor(io: Io) {
    this.#io = io;
  }

  *strip(name: string): Routine<string> {
    let rest = name;
    for (;;) {
      if (rest.startsWith("/")) rest = rest.slice(1);
      else if (rest.startsWith("../")) rest = rest.slice(3);
      else {
        const up = rest.indexOf("/../");
        if (up < 0) break;
        rest = rest.slice(up + 4);
      }
    }
    // Up to where it begins, and no word about it.
    if (rest.endsWith("/..")) return "";
    if (rest !== name && !this.#warned) {
      this.#warned = true;
      yield* this.#io.warn(`removing leading '${name.slice(0, name.length - rest.length)}' from member names`);
    }
    return rest;
  }
}
