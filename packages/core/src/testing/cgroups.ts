/** Steps for tests of control groups: what a program does with the files below /sys/fs/cgroup. */
import { brk, burn, close, Errno, mkdir, nanosleep, O_WRONLY, open, type Routine, write } from "../abi/index.ts";
import { encode } from "../lib/index.ts";
import { get } from "./describe-file-system.ts";

export const MiB = 1024 ** 2;

const at = (path: string): string => `/sys/fs/cgroup/${path}`;

/** Reads a control file. */
export const show = (path: string): Routine<string> => get(at(path));

/** Writes to a control file; returns "ok" or the name of the error. */
export function* tell(path: string, text: string): Routine<string> {
  const fd = yield* open(at(path), O_WRONLY).attempt();
  if (fd instanceof Errno) return fd.code;
  const written = yield* write(fd, encode(text)).attempt();
  yield* close(fd);
  return written instanceof Errno ? written.code : "ok";
}

/** Makes cgroups, parents first. */
export function* group(...paths: readonly string[]): Routine<void> {
  for (const path of paths) yield* mkdir(at(path));
}

/** Moves the caller, says what it is asked to, and stays where it is. */
export function* inside<T>(path: string, body: () => Routine<T>): Routine<T> {
  yield* tell(`${path}/cgroup.procs`, "0");
  const result = yield* body();
  yield* tell("cgroup.procs", "0");
  return result;
}

/** A process that takes memory bit by bit, keeps it for a while, and ends. */
export function* hog(bytes: number, keepUs = 1000, step = MiB): Routine<number> {
  for (let held = 0; held < bytes; held += step) yield* brk(Math.min(bytes, held + step));
  yield* nanosleep(keepUs);
  return 0;
}

/** A process that computes. */
export const busy = (us: number) =>
  function* (): Routine<number> {
    yield* burn(us);
    return 0;
  };

/** The values of a file of "key value" lines. */
export function flat(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([key = "", value = ""]) => [key, Number(value)]),
  );
}
