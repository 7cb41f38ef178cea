/**
 * The disk that the client runs on: where its paths lead, what is there, and why a file cannot be written.
 *
 * @see moby/sys atomicwriter, which docker save, docker export and buildx write their files with
 */
import { type FileType, fileType } from "../../abi/index.ts";
import type { ContextDisk } from "../../build/index.ts";
import { clean, decode, dirname, join } from "../../lib/index.ts";
import { failure } from "../docker/problem.ts";

/** A disk, and the directory on it where the client is called. */
export interface ClientPlace {
  readonly disk: ContextDisk | undefined;
  readonly cwd: string;
}

/** The parts of `node:fs` that files are written with. */
export interface WritableDisk extends ContextDisk {
  writeFileSync(path: string, content: Uint8Array, options?: { readonly mode: number }): void;
  mkdirSync(path: string, options?: { readonly recursive: boolean; readonly mode?: number }): unknown;
  symlinkSync(target: string, path: string): void;
  unlinkSync?(path: string): void;
  rmdirSync?(path: string): void;
  /** Seconds. Without it everything is as new as it is. */
  utimesSync?(path: string, atime: number, mtime: number): void;
}

/** Where a path leads that is relative to where the client is called. */
export const absolute = (cwd: string, path: string): string => (path.startsWith("/") ? clean(path) : join(cwd, path));

/** As many links as Linux follows before it says ELOOP. */
const MOST_LINKS = 40;

/** `undefined` if nothing is there; a "link" only if links are not followed, a "loop" if they do not end. */
export function kindOf(
  disk: ContextDisk | undefined,
  path: string,
  follows: boolean,
  linksLeft = MOST_LINKS,
): "dir" | "link" | "loop" | "other" | undefined {
  try {
    const type = typeAt(disk, path);
    if (disk === undefined || type === undefined) return undefined;
    if (type !== "symlink") return type === "dir" ? "dir" : "other";
    if (!follows) return "link";
    if (linksLeft === 0) return "loop";
    const link = disk.readlinkSync(path);
    const target = typeof link === "string" ? link : decode(link);
    const next = clean(target.startsWith("/") ? target : `${dirname(path)}/${target}`);
    return kindOf(disk, next, true, linksLeft - 1);
  } catch {
    return undefined;
  }
}

/** The path without symbolic links, as a file or directory on the disk; `undefined` if nothing is there. */
export function followed(disk: ContextDisk | undefined, path: string): string | undefined {
  let done = "";
  let left = clean(path).split("/").filter(Boolean);
  for (let links = 0; left.length > 0; ) {
    const [name = "", ...rest] = left;
    const next = `${done}/${name}`;
    const kind = kindOf(disk, next, false);
    if (kind === undefined || links > MOST_LINKS) return undefined;
    if (kind !== "link") {
      done = next;
      left = rest;
      continue;
    }
    links++;
    const target = String(disk?.readlinkSync(next) ?? "");
    left = [
      ...clean(target.startsWith("/") ? target : `${done}/${target}`)
        .split("/")
        .filter(Boolean),
      ...rest,
    ];
    done = "";
  }
  return done === "" ? "/" : done;
}

/** Why nothing can be made in the directory of a path, in the system's words. */
function directoryProblem({ disk, cwd }: ClientPlace, path: string): string | undefined {
  const kind = kindOf(disk, dirname(absolute(cwd, path)), true);
  if (kind === "loop") return "too many levels of symbolic links";
  return kind === "dir" ? undefined : kind === undefined ? "no such file or directory" : "not a directory";
}

/** What is said of a file that cannot be read: a directory can be opened. */
export const readProblem = (path: string, problem: string): string =>
  `${problem === "is a directory" ? "read" : "open"} ${path}: ${problem}`;

/** Why a file cannot be opened to be written, in the system's words. */
export function openProblem(place: ClientPlace, path: string): string | undefined {
  const isDirectory = kindOf(place.disk, absolute(place.cwd, path), true) === "dir";
  return directoryProblem(place, path) ?? (isDirectory ? "is a directory" : undefined);
}

/** Why a file cannot be put in the place of what is there. @see moby/sys atomicwriter: validateDestination */
export function outputProblem(place: ClientPlace, path: string): string | undefined {
  const why = directoryProblem(place, path);
  if (why !== undefined) return `invalid output path: stat ${dirname(path)}: ${why}`;
  const what = NO_OUTPUT[typeAt(place.disk, absolute(place.cwd, path)) ?? "file"];
  return what === undefined ? undefined : `cannot write to a ${what}`;
}

/** What another file cannot take the place of. */
const NO_OUTPUT: Readonly<Partial<Record<FileType, string>>> = {
  dir: "directory",
  symlink: "symbolic link directly",
  char: "character device file",
  block: "block device file",
  fifo: "named pipe (FIFO)",
  socket: "socket",
};

/** What lies at a path itself. */
function typeAt(disk: ContextDisk | undefined, path: string): FileType | undefined {
  try {
    const stat = disk?.lstatSync(path);
    return stat && fileType(Number(stat.mode));
  } catch {
    return undefined;
  }
}

/** Whether a path leads to a device, which `docker cp` does not write to. @see docker/cli command.ValidateOutputPath */
export function isDevice(disk: ContextDisk | undefined, path: string): boolean {
  const end = followed(disk, path);
  const type = end === undefined ? undefined : typeAt(disk, end);
  return type === "char" || type === "block";
}

/** @throws CliError without a disk, or with one that can only be read */
export function writable(disk: ContextDisk | undefined, path: string): WritableDisk {
  if (disk === undefined || !("writeFileSync" in disk && "mkdirSync" in disk && "symlinkSync" in disk)) {
    throw failure(`failed to write ${path}: there is no disk to write to`);
  }
  return disk as WritableDisk;
}
