/**
 * Where a Python lives: its version and the directories that it looks for modules in.
 *
 * @see Python's site module, PEP 405
 */
import { type Env, Errno, type Routine, readlink, stat } from "../../abi/index.ts";
import { dirname, join } from "../../lib/index.ts";
import { attempt, readText } from "../../userland/index.ts";

export interface PythonHome {
  /** "3.9.21" */
  readonly version: string;
  /** "3.9" */
  readonly minor: string;
  /** The path that it was called by. */
  readonly executable: string;
  /** "/usr/local", or a virtual environment's directory. */
  readonly prefix: string;
  /** It belongs to a virtual environment. */
  readonly isVirtual: boolean;
  /** Where packages are installed. */
  readonly site: string;
  /** Where a user's own packages are. */
  readonly userSite: string;
  readonly userBase: string;
  /** Where modules are looked for, in order. */
  readonly path: readonly string[];
}

/** Finds out where the Python lives that `argv[0]` names. */
export function* pythonHome(argv0: string, env: Env, version: string): Routine<PythonHome> {
  const executable = yield* findSelf(argv0, env);
  const minor = version.split(".").slice(0, 2).join(".");
  const bin = dirname(executable);
  const config = yield* attempt(readText(join(bin, "../pyvenv.cfg")));
  const isVenv = !(config instanceof Errno);
  const target = isVenv ? executable : yield* followed(executable);
  const prefix = dirname(dirname(target));
  const isDistribution = !isVenv && prefix === "/usr" && (yield* isDirectory("/usr/lib/python3/dist-packages"));
  const site = isDistribution
    ? "/usr/local/lib/python3/dist-packages"
    : join(prefix, `lib/python${minor}/site-packages`);
  const userBase = join(env.get("HOME") ?? "/root", ".local");
  const userSite = join(userBase, `lib/python${minor}/site-packages`);
  const library = isDistribution ? ["/usr/lib/python3/dist-packages"] : [];
  const path = [...(isVenv ? [] : [userSite]), site, ...library];
  return {
    version,
    minor,
    executable,
    isVirtual: isVenv,
    prefix: isDistribution ? "/usr/local" : prefix,
    site,
    userSite,
    userBase,
    path,
  };
}

function* isDirectory(path: string): Routine<boolean> {
  const found = yield* stat(path).attempt();
  return !(found instanceof Errno) && found.type === "dir";
}

/** The file that a path leads to in the end, as far as links of the same directory tree go. */
function* followed(path: string): Routine<string> {
  let at = path;
  for (let hops = 0; hops < 8; hops++) {
    const target = yield* readlink(at).attempt();
    if (target instanceof Errno) return at;
    at = target.startsWith("/") ? target : join(dirname(at), target);
  }
  return at;
}

function* findSelf(argv0: string, env: Env): Routine<string> {
  if (argv0.includes("/")) return argv0;
  for (const directory of (env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(":")) {
    const path = join(directory, argv0);
    if (!((yield* stat(path).attempt()) instanceof Errno)) return path;
  }
  return `/usr/local/bin/${argv0}`;
}
