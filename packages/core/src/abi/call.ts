/**
 * `Call`: one system call as a value.
 *
 * A program is a generator that yields calls; `yield* read(0, 512)` hands one to the kernel and evaluates to its result,
 * or throws the `Errno` that the kernel answered with. A call is its own iterator and what that iterator returns, so a
 * plain call allocates this object and nothing else.
 */
import type { Errno } from "./errno.ts";
import type { SyscallName, Syscalls } from "./syscalls.ts";

/** Code that runs inside a process: yields calls, returns a `T`. A generator, mostly; nobody ever closes one. */
export interface Routine<T> extends Iterator<Call, T, unknown> {
  /** Goes on with what the last call has answered. */
  next(answer?: unknown): IteratorResult<Call, T>;
  /** Goes on where the last call has failed. */
  throw(error: unknown): IteratorResult<Call, T>;
  [Symbol.iterator](): Routine<T>;
}

/** A program's environment, in the order of its entries. */
export type Env = ReadonlyMap<string, string>;

/** What execve(2) starts: like `main`, it returns the exit code. */
export type Program = (argv: readonly string[], env: Env) => Routine<number>;

/** The entry of a cloned process. */
export type Entry<A> = (argument: A) => Routine<number>;

export class Call<K extends SyscallName = SyscallName, R = ReturnType<Syscalls[K]>> {
  readonly name: K;
  readonly a: unknown;
  readonly b: unknown;
  readonly c: unknown;
  readonly d: unknown;
  readonly e: unknown;
  /** A failure is an answer: the `Errno` is returned, not thrown. */
  isAttempt = false;
  /** As its own iterator's result: `undefined` until the kernel is given the call, then whether it has answered. */
  done: boolean | undefined = undefined;
  /** As its own iterator's result: the call itself, then the answer. */
  value: unknown = undefined;

  constructor(name: K, a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown) {
    this.name = name;
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.e = e;
  }

  /** The same call, for where failing is ordinary: `yield* stat(path).attempt()` evaluates to the result or the `Errno`. */
  attempt(): Call<K, R | Errno> {
    this.isAttempt = true;
    return this as unknown as Call<K, R | Errno>;
  }

  /** The arguments, without trailing ones that were not given. */
  get args(): readonly unknown[] {
    const all = [this.a, this.b, this.c, this.d, this.e];
    while (all.length > 0 && all[all.length - 1] === undefined) all.pop();
    return all;
  }

  [Symbol.iterator](): Iterator<Call, R, unknown> {
    this.done = undefined;
    return this as unknown as Iterator<Call, R, unknown>;
  }

  /** First hands out the call itself, then ends with the kernel's answer. */
  next(answer: unknown): IteratorResult<Call, R> {
    this.value = this.done === undefined ? this : answer;
    this.done = this.done !== undefined;
    return this as unknown as IteratorResult<Call, R>;
  }

  throw(error: Errno): never {
    throw error;
  }
}

/**
 * No system call, but code of the program itself: `yield* detour(work)` does the same as `yield* work`, on a stack of
 * its own. It is for recursion that would be too deep for the host's stack.
 */
export class Detour extends Call {
  readonly routine: Routine<unknown>;

  constructor(routine: Routine<unknown>) {
    super("getpid");
    this.routine = routine;
  }
}

export function* detour<T>(routine: Routine<T>): Routine<T> {
  return (yield new Detour(routine)) as T;
}
