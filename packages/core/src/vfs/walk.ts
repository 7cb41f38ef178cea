/**
 * Path walk: from a path to a location.
 *
 * @see path_resolution(7), fs/namei.c
 */
import { Errno, MS_NOSYMFOLLOW, NAME_MAX, PATH_MAX, S_ISVTX, SYMLOOP_MAX, W_OK, X_OK } from "../abi/index.ts";
import { byteLength } from "../lib/index.ts";
import { childIn } from "./automount.ts";
import type { FsCredentials } from "./credentials.ts";
import type { Dentry } from "./dentry.ts";
import type { FsContext } from "./fs-context.ts";
import type { Inode } from "./inode.ts";
import { Location, type Mount } from "./mount.ts";
import { checkAccess } from "./permission.ts";

/** The directory of a path's last component, and that component. */
export interface LastComponent {
  readonly parent: Location;
  /** "." or ".." where the path ends so; "" for "/" itself. */
  readonly name: string;
  /** The path ended in a slash: the component must be a directory. */
  readonly slash: boolean;
  /** Symbolic links that have been followed so far. */
  readonly links: number;
}

/**
 * Resolves `path`.
 *
 * @param options.follow whether a symbolic link in the last component is followed (it always is before a slash).
 * @throws ENOENT if a component does not exist, or the path is empty.
 * @throws ENOTDIR if something that is no directory is used as one.
 * @throws EACCES if search permission on a directory is missing.
 * @throws ELOOP if more than SYMLOOP_MAX links were met.
 * @throws ENAMETOOLONG if a component or the path is too long.
 */
export function walk(context: FsContext, path: string, options: { readonly follow: boolean }): Location {
  return find(context, path, options) ?? fail();
}

/** As `walk`, but answers `undefined` if a component does not exist: an exception takes longer than the whole walk. */
export function find(context: FsContext, path: string, options: { readonly follow: boolean }): Location | undefined {
  if (path === "") return undefined;
  const walker = new Walker(context, path, 0);
  return walker.run(options.follow ? "follow" : "nofollow") ? new Location(walker.mount, walker.dentry) : undefined;
}

/**
 * Looks at one path after the other and leaves no trace: dentries that it had to make on the way are dropped again.
 *
 * The way to a directory is walked once for all paths in it that follow each other, so it must only be used for looks
 * that are all taken at one moment.
 */
export class Glimpses {
  readonly #context: FsContext;
  /** The directory of the last path: what it was called, with the slash behind it, and where it is. */
  #name = "";
  #directory: LastComponent | undefined;

  constructor(context: FsContext) {
    this.#context = context;
  }

  /** What is at a path. Throws like `walk`. */
  at(path: string): Inode {
    if (!this.#isInDirectory(path)) {
      const slash = path.lastIndexOf("/");
      // A path that ends in a slash, or may be too long, is walked as a whole.
      if (slash <= 0 || slash === path.length - 1 || path.length > PATH_MAX / 4) return arrive(this.#context, path);
      const walker = new Walker(this.#context, path, 0);
      if (!walker.run("parent")) fail();
      walker.forget();
      this.#directory = walker.last;
      this.#name = path.slice(0, slash + 1);
    }
    return arrive(this.#context, path.slice(this.#name.length), this.#directory);
  }

  /** Whether the path is that of an entry of the same directory as the one before. */
  #isInDirectory(path: string): boolean {
    const { length } = this.#name;
    if (length === 0 || path.length === length || path.length > PATH_MAX / 4) return false;
    return path.startsWith(this.#name) && !path.includes("/", length);
  }
}

function arrive(context: FsContext, path: string, from?: LastComponent): Inode {
  const walker = new Walker(context, path, from?.links ?? 0, from?.parent);
  if (!walker.run("follow")) fail();
  walker.forget();
  return walker.dentry.inode;
}

/**
 * Whether the walk of an absolute path never leaves the mount of the root directory: then nothing on other mounts
 * matters to it.
 */
export function staysOnRoot(context: FsContext, path: string): boolean {
  if (!path.startsWith("/")) return false;
  const walker = new Walker(context, path, 0);
  try {
    walker.run("follow");
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  return walker.staysOnMount;
}

/** Resolves all but the last component. Throws like `walk`; the last component need not exist. */
export function walkParent(context: FsContext, path: string): LastComponent {
  const walker = new Walker(context, path, 0);
  return walker.run("parent") ? walker.last : fail();
}

/** Goes on from where `walkParent` stopped: the last component is a symbolic link with text `target`. */
export function walkLink(context: FsContext, from: LastComponent, target: string): LastComponent {
  const walker = new Walker(context, target, from.links + 1, from.parent);
  return walker.run("parent") ? walker.last : fail();
}

function fail(): never {
  throw new Errno("ENOENT");
}

/**
 * The child `name` of a directory, with whatever is mounted on it; `undefined` if there is none.
 *
 * @throws ENAMETOOLONG if the name is longer than NAME_MAX bytes.
 */
export function lookup(directory: Location, name: string): Location | undefined {
  checkName(name);
  const dentry = childIn(directory.mount, directory.dentry, name);
  return dentry === undefined ? undefined : new Location(directory.mount, dentry).top;
}

/** @throws ENAMETOOLONG if `name` has more than NAME_MAX bytes. */
function checkName(name: string): void {
  if (name.length > NAME_MAX / 3 && byteLength(name) > NAME_MAX) throw new Errno("ENAMETOOLONG");
}

type LastRule = "follow" | "nofollow" | "parent";

class Walker {
  mount: Mount;
  dentry: Dentry;
  /** True as long as the walk has not left the mount that it began on. */
  staysOnMount = true;
  readonly #context: FsContext;
  #path: string;
  #at = 0;
  #links: number;
  #last: LastComponent | undefined;
  /**
   * The first dentry that this walk has made; those that it made after it are below. Nobody else holds them before the
   * walk arrives.
   */
  #fresh: Dentry | undefined;

  constructor(context: FsContext, path: string, links: number, cwd: Location = context.cwd) {
    if (path === "") throw new Errno("ENOENT");
    if (path.length > PATH_MAX / 4 && byteLength(path) >= PATH_MAX) throw new Errno("ENAMETOOLONG");
    if (links > SYMLOOP_MAX) throw new Errno("ELOOP");
    const start = path.charCodeAt(0) === SLASH ? context.root : cwd;
    this.#context = context;
    this.#path = path;
    this.#links = links;
    this.mount = start.mount;
    this.dentry = start.dentry;
  }

  get last(): LastComponent {
    return this.#last as LastComponent;
  }

  /** Drops the dentries that this walk has made: nobody holds them yet. */
  forget(): void {
    this.#fresh?.letGo();
  }

  /** False if a component does not exist. */
  run(rule: LastRule): boolean {
    for (;;) {
      const path = this.#path;
      let at = this.#at;
      while (path.charCodeAt(at) === SLASH) at++;
      if (at === path.length) {
        if (at > 0 && this.#at < at) this.#requireDirectory();
        if (rule === "parent") this.#stopAt("", false);
        return true;
      }
      let end = path.indexOf("/", at);
      if (end < 0) end = path.length;
      const name = path.slice(at, end);
      let rest = end;
      while (path.charCodeAt(rest) === SLASH) rest++;
      const isLast = rest === path.length;
      const slash = isLast && rest > end;
      this.#at = isLast ? (slash ? end : rest) : rest;
      this.#search();
      if (isLast && rule === "parent") {
        checkName(name);
        this.#stopAt(name, slash);
        return true;
      }
      if (!this.#enter(name, isLast && !slash && rule !== "follow")) return false;
    }
  }

  #stopAt(name: string, slash: boolean): void {
    this.#last = { parent: new Location(this.mount, this.dentry), name, slash, links: this.#links };
  }

  /** The current position is to be searched: it must be a directory, and search permission is needed. */
  #search(): void {
    this.#requireDirectory();
    checkAccess(this.#context.creds, this.dentry.inode, X_OK);
  }

  #requireDirectory(): void {
    if (this.dentry.inode.type !== "dir") throw new Errno("ENOTDIR");
  }

  /** False if there is no such entry. */
  #enter(name: string, keepLink: boolean): boolean {
    if (name === ".") return true;
    if (name === "..") {
      this.#up();
      return true;
    }
    checkName(name);
    const known = this.dentry.known(name);
    const child = childIn(this.mount, this.dentry, name, known);
    if (child === undefined) {
      // A search along PATH fails in directory after directory: what it has made of them is not kept.
      this.forget();
      return false;
    }
    if (known === undefined) this.#fresh ??= child;
    if (child.inode.type === "symlink" && !keepLink) this.#follow(child.inode);
    else {
      this.dentry = child;
      this.#descend();
    }
    return true;
  }

  /** To the topmost mount on the current position. */
  #descend(): void {
    while (this.dentry.mounted > 0) {
      const covering = this.mount.childAt(this.dentry);
      if (covering === undefined) return;
      // Its mount point stays.
      this.#fresh = undefined;
      this.staysOnMount = false;
      this.mount = covering;
      this.dentry = covering.root;
    }
  }

  /** "..": never above the root; at the root of a mount, the parent of its mount point. */
  #up(): void {
    const { root } = this.#context;
    let { mount, dentry } = this as { mount: Mount; dentry: Dentry };
    for (;;) {
      if (mount === root.mount && dentry === root.dentry) return;
      if (dentry !== mount.root) break;
      const { parent, point } = mount;
      if (parent === undefined || point === undefined) return;
      this.staysOnMount = false;
      mount = parent;
      dentry = point;
    }
    this.mount = mount;
    this.dentry = dentry.parent ?? dentry;
    this.#descend();
  }

  #follow(link: Inode): void {
    if (++this.#links > SYMLOOP_MAX || (this.mount.flags & MS_NOSYMFOLLOW) !== 0) throw new Errno("ELOOP");
    if (this.#context.protections.symlinks) checkProtectedLink(this.#context.creds, this.dentry.inode, link);
    const jump = link.follow();
    if (jump !== undefined) {
      this.staysOnMount = false;
      this.mount = jump.mount;
      this.dentry = jump.dentry;
      return;
    }
    const target = link.readlink();
    if (target === "") throw new Errno("ENOENT");
    if (target.charCodeAt(0) === SLASH) {
      this.mount = this.#context.root.mount;
      this.dentry = this.#context.root.dentry;
    }
    this.#path = target + this.#path.slice(this.#at).replace(/^(?=[^/])/, "/");
    this.#at = 0;
  }
}

/**
 * In a sticky world-writable directory, a link is followed only by its owner or if the directory's owner made it.
 *
 * @throws EACCES otherwise.
 * @see proc(5) /proc/sys/fs/protected_symlinks
 */
function checkProtectedLink(who: FsCredentials, directory: Inode, link: Inode): void {
  const shared = S_ISVTX | W_OK;
  if ((directory.mode & shared) !== shared || link.uid === who.uid || link.uid === directory.uid) return;
  if (link.follow() === undefined) throw new Errno("EACCES");
}

const SLASH = 47;
