/** Making files of the members of an archive. */
import {
  chmod,
  chown,
  close,
  Errno,
  link,
  lstat,
  mkdir,
  mknod,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
  type Routine,
  symlink,
  unlink,
  utimens,
} from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { groupByName, userByName } from "../../passwd.ts";
import { makeDirectory } from "../files/make-directory.ts";
import { hardLinkOf, type Member, typeOf } from "./member.ts";
import type { Source } from "./source.ts";

export interface ExtractOptions {
  /** What happens to a file that is there already. */
  readonly existing: "unlink" | "keep-newer" | "truncate" | "keep";
  readonly makesParents: boolean;
  readonly restoresTime: boolean;
  readonly restoresOwner: boolean;
  readonly restoresMode: boolean;
  /** Ids rather than names decide about the owner. */
  readonly numericOwner: boolean;
  readonly strippedComponents: number;
}

interface PendingLink {
  readonly path: string;
  readonly target: string;
  readonly isHard: boolean;
}

export class Extractor {
  readonly #io: Io;
  readonly #source: Source;
  readonly #options: ExtractOptions;
  /** Links are made last, so that no member is written through one that leads elsewhere. */
  readonly #links: PendingLink[] = [];

  constructor(io: Io, source: Source, options: ExtractOptions) {
    this.#io = io;
    this.#source = source;
    this.#options = options;
  }

  /** Makes one member; takes its data from the source in any case. */
  *extract(member: Member): Routine<void> {
    const stripped = this.#strip(member);
    if (stripped === undefined) return yield* this.#source.skip(member.size);
    const { path, hardLink } = stripped;
    if (this.#options.makesParents && path.includes("/")) {
      yield* makeDirectory(this.#io, path.slice(0, path.lastIndexOf("/")), { parents: true });
    }
    if (!(yield* this.#clear(member, path, hardLink))) return yield* this.#source.skip(member.size);
    if (hardLink !== undefined) this.#links.push({ path, target: hardLink, isHard: true });
    else {
      yield* this.#create(member, path);
      if (typeOf(member) !== "symlink") yield* this.#restore(member, path);
    }
  }

  /** Makes the links that were put off. */
  *finish(): Routine<void> {
    for (const { path, target, isHard } of this.#links) {
      const error = yield* attempt(isHard ? link(target, path) : symlink(target, path));
      if (!(error instanceof Errno)) continue;
      yield* this.#io.die(`can't create ${isHard ? "hard" : "sym"}link '${path}' to '${target}'`);
    }
  }

  /** The name, and the target of a hard link, without their first components; `undefined` if nothing is left. */
  #strip(member: Member): { readonly path: string; readonly hardLink: string | undefined } | undefined {
    const path = this.#withoutComponents(member.name);
    const target = hardLinkOf(member);
    const hardLink = target === undefined ? undefined : this.#withoutComponents(target);
    if (path === undefined || (target !== undefined && hardLink === undefined)) return undefined;
    return { path, hardLink };
  }

  #withoutComponents(name: string): string | undefined {
    let rest = name;
    for (let left = this.#options.strippedComponents; left > 0; left--) {
      const slash = rest.indexOf("/");
      if (slash < 0 || slash === rest.length - 1) return undefined;
      rest = rest.slice(slash + 1);
    }
    return rest;
  }

  /** Deals with what is there. False if it stays. */
  *#clear(member: Member, path: string, hardLink: string | undefined): Routine<boolean> {
    const isDirectory = typeOf(member) === "dir";
    if (this.#options.existing === "unlink") {
      if (isDirectory) return true;
      if (hardLink === path) return false;
      const error = yield* attempt(unlink(path));
      if (error instanceof Errno && error.code !== "ENOENT")
        yield* this.#io.pdie(`can't remove old file ${path}`, error);
    }
    if (this.#options.existing === "keep-newer") {
      const old = yield* attempt(lstat(path));
      if (old instanceof Errno) {
        if (old.code !== "ENOENT") yield* this.#io.pdie("can't stat old file", old);
        return true;
      }
      if (Math.floor(old.mtimeUs / 1e6) * 1e6 >= member.mtimeUs) {
        if (!isDirectory) yield* this.#io.warn(`${path} not created: newer or same age file exists`);
        return false;
      }
      const error = yield* attempt(unlink(path));
      if (error instanceof Errno && error.code !== "EISDIR")
        yield* this.#io.pdie(`can't remove old file ${path}`, error);
    }
    return true;
  }

  *#create(member: Member, path: string): Routine<void> {
    const type = typeOf(member);
    switch (type) {
      case "file":
        return yield* this.#createFile(member, path);
      case "dir": {
        const error = yield* attempt(mkdir(path, member.mode & 0o7777));
        if (!(error instanceof Errno) || error.code === "EEXIST" || error.code === "EISDIR") return;
        return yield* this.#io.perror(`can't make dir ${path}`, error);
      }
      case "symlink":
        return yield* this.#createSymlink(member, path);
      default: {
        const error = yield* attempt(mknod(path, member.mode, member.device));
        if (error instanceof Errno) yield* this.#io.perror(`can't create node ${path}`, error);
      }
    }
  }

  *#createFile(member: Member, path: string): Routine<void> {
    const how = this.#options.existing === "truncate" ? O_TRUNC : O_EXCL;
    const fd = yield* openOrDie(this.#io, path, O_WRONLY | O_CREAT | how, member.mode & 0o7777);
    yield* this.#source.copyTo(fd, member.size);
    yield* close(fd);
  }

  *#createSymlink(member: Member, path: string): Routine<void> {
    const target = member.linkTarget ?? "";
    if (target.startsWith("/") || target.includes("..")) {
      this.#links.push({ path, target, isHard: false });
      return;
    }
    const error = yield* attempt(symlink(target, path));
    if (error instanceof Errno) yield* this.#io.pdie(`can't create symlink '${path}' to '${target}'`, error);
  }

  /** Owner, mode, time, in the only order that keeps all three. Failures do not matter. */
  *#restore(member: Member, path: string): Routine<void> {
    if (this.#options.restoresOwner) {
      const { uid, gid } = yield* this.#owner(member);
      yield* attempt(chown(path, uid, gid));
    }
    if (this.#options.restoresMode) yield* attempt(chmod(path, member.mode & 0o7777));
    if (this.#options.restoresTime) yield* attempt(utimens(path, member.mtimeUs, member.mtimeUs));
  }

  *#owner(member: Member): Routine<{ readonly uid: number; readonly gid: number }> {
    if (this.#options.numericOwner) return member;
    const user = member.userName === "" ? undefined : yield* userByName(this.#io, member.userName);
    const group = member.groupName === "" ? undefined : yield* groupByName(this.#io, member.groupName);
    return { uid: user?.uid ?? member.uid, gid: group?.gid ?? member.gid };
  }
}
