/**
 * `docker cp`: files between a container and the disk that the client runs on.
 *
 * @see docker/cli cli/command/container/cp.go, moby pkg/archive/copy.go
 */
import { fileType } from "../../abi/index.ts";
import type { ContextDisk, DiskStat } from "../../build/index.ts";
import { type LayerEntry, layerToTar, tarToLayer } from "../../content/index.ts";
import { basename, clean, decode, dirname, encode, gunzip, isGzip, StatusError } from "../../lib/index.ts";
import type { PathStat } from "../archives.ts";
import { failure } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { absolute, isDevice, kindOf, type WritableDisk, writable } from "./client-disk.ts";
import type { Session } from "./session.ts";

type CopyRequest = RequestOf<"cp">;

const GO_DIRECTORY = 2 ** 31;

export function copyFiles(session: Session, request: CopyRequest): number {
  if (request.direction === "from-container") copyOut(session, request);
  else copyIn(session, request);
  return 0;
}

/** What is wrong with the files on the disk is said first, then that there is no such container. */
function copyIn(session: Session, request: CopyRequest): void {
  const { archives, containers } = session.engine;
  const { path, stat } = resolved(session, request);
  const isDirectory = stat !== undefined && stat.mode >= GO_DIRECTORY;
  const write = (directory: string, entries: Iterable<LayerEntry>): void => {
    const container = containers.get(request.container);
    const options = { keepsKinds: true, takesOwner: request.archive, reference: request.container };
    archives.write(container, directory, entries, options);
    containers.note(container, "extract-to-dir");
  };
  if (request.localPath === "-") {
    if (!isDirectory || request.containerPath === "")
      throw failure(`destination "${request.container}:${request.containerPath}" must be a directory`);
    const sent = session.stdin ?? new Uint8Array();
    write(path, tarToLayer(isGzip(sent) ? gunzip(sent) : sent));
    return;
  }
  const disk = session.disk;
  const local = absolute(session.cwd, request.localPath);
  const kind = kindOf(disk, local, request.localPath.endsWith("/") || request.followLink);
  if (disk === undefined || kind === undefined)
    throw failure(`lstat ${missing(disk, local)}: no such file or directory`);
  if (kind !== "dir" && /\/\.?$/.test(request.localPath)) throw failure("not a directory");
  const tree = (name: string): Iterable<LayerEntry> => diskTree(disk, local, name, request.followLink);
  const isNowhere = request.containerPath === "";
  if (isNowhere && kind !== "dir") throw failure("no such directory");
  if (isDirectory) {
    // A directory takes the place of one without a name: that of the root.
    const copiesContent = kind === "dir" && (isNowhere || /(^|\/)\.$/.test(request.localPath));
    write(path, tree(copiesContent ? "" : basename(local)));
    return;
  }
  if (stat !== undefined && kind === "dir") throw failure("cannot copy directory");
  if (request.containerPath.endsWith("/") && kind !== "dir") throw failure("no such directory");
  write(dirname(path), tree(basename(path)));
}

/** What is not there: links are followed first, as far as there is something. @see filepath.EvalSymlinks */
function missing(disk: ContextDisk | undefined, path: string): string {
  const parent = dirname(path);
  if (parent !== path && kindOf(disk, parent, true) === undefined) return missing(disk, parent);
  if (disk === undefined || kindOf(disk, path, false) !== "link") return path;
  return missing(disk, linkedPath(path, nameOf(disk.readlinkSync(path))));
}

/** The place in a container that a path leads to, and what is there. */
function resolved(session: Session, request: CopyRequest) {
  const { archives, containers } = session.engine;
  const look = (path: string): PathStat | undefined => {
    try {
      return archives.stat(containers.get(request.container), path);
    } catch (error) {
      // Why it cannot be looked at shows when it is written to.
      if (error instanceof StatusError) return undefined;
      throw error;
    }
  };
  const path = clean(`/${request.containerPath}`);
  const stat = look(path);
  if (stat === undefined || stat.linkTarget === "") return { path, stat };
  const target = linkedPath(path, stat.linkTarget);
  return { path: target, stat: look(target) };
}

/** Where a link leads, seen from the root. */
const linkedPath = (link: string, target: string): string =>
  clean(target.startsWith("/") ? target : `${dirname(clean(`/${link}`))}/${target}`);

function copyOut(session: Session, request: CopyRequest): void {
  const { archives, containers } = session.engine;
  const local = absolute(session.cwd, request.localPath);
  const parent = session.disk === undefined ? "dir" : kindOf(session.disk, dirname(local), true);
  if (request.localPath !== "-") {
    if (parent === undefined) throw failure(`invalid output path: directory "${dirname(local)}" does not exist`);
    if (parent !== "dir") throw failure(`stat ${local}: not a directory`);
    if (isDevice(session.disk, local)) {
      throw failure(`invalid output path: "${local}" must be a directory or a regular file: got a device`);
    }
  }
  const container = containers.get(request.container);
  if (request.containerPath === "") throw new StatusError("invalid-argument", "bad parameter: pathcannot be empty");
  const link = request.followLink ? archives.stat(container, request.containerPath, request.container).linkTarget : "";
  const path = link === "" ? request.containerPath : linkedPath(request.containerPath, link);
  const { stat, entries } = archives.read(container, path, request.container);
  containers.note(container, "archive-path");
  if (request.localPath === "-") {
    session.out(layerToTar(entries));
    return;
  }
  const disk = writable(session.disk, request.localPath);
  const there = kindOf(disk, local, true);
  const isDirectory = stat.mode >= GO_DIRECTORY;
  if (there === undefined) {
    if (request.localPath.endsWith("/") && !isDirectory) throw failure("no such directory");
  } else if (there !== "dir") {
    if (isDirectory) throw failure("cannot copy directory");
    if (request.localPath.endsWith("/")) throw failure("not a directory");
  }
  const copiesContent = /(^|\/)\.$/.test(request.containerPath);
  // A link that is followed keeps the name under which it was asked for.
  const name = basename(clean(`/${request.containerPath}`));
  const root = there === "dir" && !copiesContent ? `${local}/${name}` : local;
  const top = entries[0]?.path ?? "";
  for (const entry of entries) {
    place(disk, clean(`${root}/${entry.path.slice(top.length)}`), { ...entry, mtimeUs: wholeSecond(entry.mtimeUs) });
  }
}

/** Archives of copies know whole seconds only. @see moby/go-archive FileInfoHeader */
const wholeSecond = (timeUs: number): number => Math.floor(timeUs / 1e6) * 1e6;

/** Writes files below a directory; what has a name twice is written twice. */
export function placeAll(disk: WritableDisk, root: string, entries: Iterable<LayerEntry>): void {
  const files = new Map<string, LayerEntry>();
  const directories: LayerEntry[] = [];
  for (const entry of entries) {
    if (entry.type === "dir") directories.push(entry);
    const first = entry.type === "hardlink" ? files.get(entry.link ?? "") : undefined;
    if (entry.type === "file") files.set(entry.path, entry);
    place(disk, `${root}/${entry.path}`, first ?? entry);
  }
  // What is put into a directory changes it.
  for (const { path, mtimeUs } of directories.reverse()) date(disk, `${root}/${path}`, mtimeUs);
}

function date(disk: WritableDisk, path: string, mtimeUs: number): void {
  disk.utimesSync?.(path, mtimeUs / 1e6, mtimeUs / 1e6);
}

function place(disk: WritableDisk, path: string, { type, mode, mtimeUs, content, link }: LayerEntry): void {
  if (type === "dir") disk.mkdirSync(path, { recursive: true, mode });
  else if (type === "symlink") {
    if (kindOf(disk, path, false) !== undefined) disk.unlinkSync?.(path);
    disk.symlinkSync(link ?? "", path);
  } else if (type === "file") {
    disk.writeFileSync(path, content ?? new Uint8Array(), { mode });
    date(disk, path, mtimeUs);
  }
}

/** A file or directory of the client's disk, under a name of its own; "" names only what is in it. */
function* diskTree(disk: ContextDisk, path: string, name: string, follows: boolean): Generator<LayerEntry> {
  const stat = disk.lstatSync(path);
  if (stat === undefined) return;
  const mode = Number(stat.mode);
  const type = fileType(mode);
  const mtimeUs = wholeSecond(Number(stat.mtimeMs) * 1000);
  const common = { path: name, mode: mode & 0o7777, ...ownerOf(disk, stat), mtimeUs };
  if (type === "symlink" && !follows) {
    const link = disk.readlinkSync(path);
    yield { ...common, type: "symlink", link: typeof link === "string" ? link : decode(link) };
  } else if (type === "dir") {
    if (name !== "") yield { ...common, type: "dir" };
    for (const child of [...disk.readdirSync(path)].map(nameOf).sort()) {
      yield* diskTree(disk, `${path}/${child}`, name === "" ? child : `${name}/${child}`, false);
    }
  } else {
    const content = disk.readFileSync(path);
    yield { ...common, type: "file", content: typeof content === "string" ? encode(content) : content };
  }
}

/** Files keep their owner. Whoever has the root of a disk, also of one in memory, is root. */
function ownerOf(disk: ContextDisk, { uid = 0, gid = 0 }: DiskStat): Pick<LayerEntry, "uid" | "gid"> {
  if (uid === 0 && gid === 0) return { uid: 0, gid: 0 };
  const root = kindOf(disk, "/", false) === undefined ? undefined : disk.lstatSync("/");
  return {
    uid: uid === root?.uid ? 0 : Number(uid),
    gid: gid === root?.gid ? 0 : Number(gid),
  };
}

function nameOf(entry: string | Uint8Array | object): string {
  if (typeof entry === "string") return entry;
  return entry instanceof Uint8Array ? decode(entry) : String((entry as { readonly name?: unknown }).name);
}
