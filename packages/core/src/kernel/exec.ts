/**
 * execve(2): the process goes on as another program.
 *
 * An executable is a file with a header that names a registered program (`abi/executable.ts`), or a script whose `#!`
 * line names an interpreter. A real ELF binary runs the program that is registered for its path, if there is one.
 *
 * @see execve(2), capabilities(7) "Transformation of capabilities during execve()", fs/exec.c
 */
import {
  CapabilitySet,
  type Env,
  Environment,
  Errno,
  IN_ACCESS,
  IN_CLOSE_NOWRITE,
  IN_OPEN,
  isElf,
  MAX_ARG_STRLEN,
  MAX_INTERPRETER_DEPTH,
  MS_NOEXEC,
  MS_NOSUID,
  type Program,
  programName,
  S_ISGID,
  S_ISUID,
  X_OK,
} from "../abi/index.ts";
import { byteLength, decode } from "../lib/index.ts";
import { checkAccess, type Inode, type Location, tellPath, walk } from "../vfs/index.ts";
import type { Credentials } from "./credentials.ts";
import { setText } from "./executed-file.ts";
import { keepIgnored } from "./fork.ts";
import { releaseMemory } from "./memory/oom.ts";
import type { Process } from "./process.ts";

/** A quarter of the default stack limit. @see execve(2) "Limits on size of arguments and environment" */
const ARG_TOTAL_MAX = 2_097_152;

/** A file that is to be executed. */
interface Executable {
  readonly inode: Inode;
  readonly mountFlags: number;
  /** Where it is; its path, if nobody has looked along it. */
  readonly at: Location | string;
}

/** What is going to run, once scripts have led to it. */
interface Image {
  readonly file: Executable;
  readonly program: Program;
  readonly argv: readonly string[];
}

/**
 * A program that was executed through a link makes so many calls to take its own name; until they are made its turn
 * does not end, so that others see that name only.
 */
const NAMING_CALLS = 2;

/**
 * Replaces the program of `process`.
 *
 * @throws ENOENT if the file or its interpreter does not exist. @throws EACCES if it may not be executed, is no regular
 * file, or lies on a noexec mount. @throws ENOEXEC if it is no executable. @throws ETXTBSY if it is open for writing.
 * @throws E2BIG if arguments or environment are too long. @throws ELOOP if interpreters nest too deep.
 */
export function exec(process: Process, path: string, argv: readonly string[], env: Env): void {
  const { unseenProgram: unseen } = process;
  const known = unseen?.at === path ? unseen : undefined;
  if (known !== undefined) checkSize(argv, env);
  const image = load(process, known ?? executableAt(locate(process, path, argv, env)), path, argv, 0);
  process.charge(process.kernel.world.costs.execve);
  const creds = transform(process, image.file);
  process.files.closeOnExec();
  process.actions = keepIgnored(process.actions);
  process.creds = creds;
  setText(process, image.file.at, image.file.inode.backing);
  releaseMemory(process);
  process.kernel.ipcUsers.executed(process);
  enterUnsharedTime(process);
  process.name = known?.comm ?? commOf(path);
  process.argv = image.argv;
  process.env = env;
  process.hasExecuted = true;
  // Called as a plain function: a generator would keep the object that it is called on.
  const { program } = image;
  process.start(program(image.argv, env));
  process.prolongTurn(NAMING_CALLS * process.kernel.world.costs.syscall);
}

const executableAt = (at: Location): Executable => ({ inode: at.inode, mountFlags: at.mount.flags, at });

/** The file at `path`. */
function locate(process: Process, path: string, argv: readonly string[], env: Env): Location {
  const { kernel } = process;
  const { known } = kernel;
  kernel.known = undefined;
  const found = known?.for(process, path);
  if (known?.takes(argv, env) !== true) checkSize(argv, env);
  if (known === undefined || found === undefined) return walk(process, path, { follow: true });
  known.wasGiven(argv, env);
  return found;
}

/** A time namespace that was unshared for children holds for the next program too. @see exec_task_namespaces */
function enterUnsharedTime(process: Process): void {
  const { ns } = process;
  if (ns.time === ns.timeForChildren) return;
  ns.timeForChildren.isEntered = true;
  process.setNamespaces({ ...ns, time: ns.timeForChildren });
}

/** The `comm` of a program: the last component of its path, cut to 15 characters. */
export function commOf(path: string): string {
  const start = path.lastIndexOf("/") + 1;
  return path.slice(start, start + 15);
}

function checkSize(argv: readonly string[], env: Env): void {
  let total = 0;
  for (const argument of argv) total += sizeOf(argument.length + 1, argument);
  if (env instanceof Environment) for (const variable of env.variables) total += sizeOf(variable.length + 1, variable);
  else for (const [name, value] of env) total += sizeOf(name.length + value.length + 2, name, value);
  if (total > ARG_TOTAL_MAX) throw new Errno("E2BIG");
}

/** The bytes that texts take on a new stack, each with the pointer to it. */
function sizeOf(characters: number, ...parts: readonly string[]): number {
  let bytes = characters;
  if (characters >= MAX_ARG_STRLEN / 4) for (const part of parts) bytes += byteLength(part) - part.length;
  if (bytes > MAX_ARG_STRLEN) throw new Errno("E2BIG");
  return bytes + 8;
}

function load(process: Process, file: Executable, path: string, argv: readonly string[], depth: number): Image {
  if (depth > MAX_INTERPRETER_DEPTH) throw new Errno("ELOOP");
  const { inode, mountFlags, at } = file;
  if (inode.type !== "file" || (mountFlags & MS_NOEXEC) !== 0) throw new Errno("EACCES");
  checkAccess(process.creds, inode, X_OK);
  if (inode.backing.use.writing > 0) throw new Errno("ETXTBSY");
  const header = inode.head();
  tell(at, IN_OPEN);
  tell(at, IN_ACCESS);
  const program = programOf(process, path, header);
  if (program !== undefined) return { file, program, argv };
  const interpreter = parseInterpreter(header);
  tell(at, IN_CLOSE_NOWRITE);
  if (interpreter === undefined) throw new Errno("ENOEXEC");
  const next = walk(process, interpreter.path, { follow: true });
  return load(process, executableAt(next), interpreter.path, [...interpreter.words, path, ...argv.slice(1)], depth + 1);
}

/** Nobody watches what nobody has seen. */
function tell(at: Location | string, event: number): void {
  if (typeof at !== "string") tellPath(at.dentry, event);
}

const named = new WeakMap<Uint8Array, string>();

/** The program that an executable names in its header. A file that has not changed gives the same array each time. */
function nameIn(header: Uint8Array): string | undefined {
  const known = named.get(header);
  if (known !== undefined) return known;
  const name = programName(header);
  if (name !== undefined) named.set(header, name);
  return name;
}

function programOf(process: Process, path: string, header: Uint8Array): Program | undefined {
  const name = nameIn(header) ?? (isElf(header) ? path : undefined);
  return name === undefined ? undefined : process.kernel.programs.get(name);
}

/** The interpreter of a `#!` line and its words: the path, and the rest of the line as one argument. */
function parseInterpreter(header: Uint8Array): { readonly path: string; readonly words: string[] } | undefined {
  if (header[0] !== 0x23 || header[1] !== 0x21) return undefined;
  const end = header.indexOf(0x0a);
  const line = decode(header.subarray(2, end < 0 ? header.length : end));
  const match = /^[ \t]*([^ \t\0]+)(?:[ \t]+([^\0]*?))?[ \t]*$/.exec(line);
  const path = match?.[1];
  if (path === undefined) return undefined;
  const argument = match?.[2];
  return { path, words: argument === undefined || argument === "" ? [path] : [path, argument] };
}

/** Set-id bits and capabilities. @see security/commoncap.c:cap_bprm_creds_from_file */
function transform(process: Process, { inode, mountFlags }: Executable): Credentials {
  const before = process.creds;
  const setsIds = (mountFlags & MS_NOSUID) === 0 && !before.noNewPrivs;
  const { mode } = inode;
  const newUid = setsIds && (mode & S_ISUID) !== 0 ? mappedUid(before, inode) : undefined;
  const newGid = setsIds && (mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010) ? mappedGid(before, inode) : undefined;
  const effectiveUid = newUid ?? before.effectiveUid;
  const effectiveGid = newGid ?? before.effectiveGid;
  const root = before.user.uidToMachine(0);
  const isRoot = effectiveUid === root || before.realUid === root;
  const changesId = effectiveUid !== before.effectiveUid || effectiveGid !== before.effectiveGid;
  const ambient = changesId || (isRoot && effectiveUid !== before.realUid) ? CapabilitySet.EMPTY : before.ambient;
  const permitted = isRoot ? before.inheritable.union(before.bounding) : ambient;
  const effective = effectiveUid === root ? permitted : ambient;
  const unchanged =
    !changesId &&
    before.savedUid === effectiveUid &&
    before.savedGid === effectiveGid &&
    permitted.equals(before.permitted) &&
    effective.equals(before.effective) &&
    ambient.equals(before.ambient) &&
    !before.keepCaps;
  if (unchanged) return before;
  return before.with({
    effectiveUid,
    savedUid: effectiveUid,
    effectiveGid,
    savedGid: effectiveGid,
    permitted,
    effective,
    ambient,
    keepCaps: false,
  });
}

function mappedUid(creds: Credentials, { uid }: Inode): number | undefined {
  return creds.user.uidFromMachine(uid) === undefined ? undefined : uid;
}

function mappedGid(creds: Credentials, { gid }: Inode): number | undefined {
  return creds.user.gidFromMachine(gid) === undefined ? undefined : gid;
}
