/**
 * Compiled pieces of an awk program.
 *
 * A piece that makes no system call runs as a plain function (`now`), any other as a routine (`later`): most of a program is
 * arithmetic, and plain functions are many times faster than generators.
 */
import type { Routine } from "../../../../abi/index.ts";

export type Code<T> =
  | { readonly now: () => T; readonly later: undefined }
  | { readonly now: undefined; readonly later: () => Routine<T> };

export const now = <T>(run: () => T): Code<T> => ({ now: run, later: undefined });
export const later = <T>(run: () => Routine<T>): Code<T> => ({ now: undefined, later: run });

/** Runs a piece of either kind. */
export function* run<T>(code: Code<T>): Routine<T> {
  return code.now !== undefined ? code.now() : yield* code.later();
}

/** `f` of the result of `a`. */
export function map<A, T>(a: Code<A>, f: (a: A) => T): Code<T> {
  if (a.now === undefined)
    return later(function* () {
      return f(yield* a.later());
    });
  const first = a.now;
  return now(() => f(first()));
}

/** `f` of the results of `a` and then `b`. `early` is applied to the first before the second runs. */
export function both<A, B, E, T>(a: Code<A>, b: Code<B>, early: (a: A) => E, f: (a: E, b: B) => T): Code<T> {
  if (a.now !== undefined && b.now !== undefined) {
    const first = a.now;
    const second = b.now;
    return now(() => {
      const left = early(first());
      return f(left, second());
    });
  }
  return later(function* () {
    const left = early(yield* run(a));
    return f(left, yield* run(b));
  });
}

/** `f` of all results, in order. */
export function all<A, T>(codes: readonly Code<A>[], f: (values: readonly A[]) => T): Code<T> {
  const plain: (() => A)[] = [];
  for (const code of codes) if (code.now !== undefined) plain.push(code.now);
  if (plain.length === codes.length) return now(() => f(plain.map((get) => get())));
  return later(function* () {
    const values: A[] = [];
    for (const code of codes) values.push(yield* run(code));
    return f(values);
  });
}

/** One of two pieces, as the first result decides. */
export function choose<A, T>(condition: Code<A>, test: (a: A) => boolean, yes: Code<T>, no: Code<T>): Code<T> {
  if (condition.now !== undefined && yes.now !== undefined && no.now !== undefined) {
    const decide = condition.now;
    const then = yes.now;
    const otherwise = no.now;
    return now(() => (test(decide()) ? then() : otherwise()));
  }
  return later(function* () {
    return test(yield* run(condition)) ? yield* run(yes) : yield* run(no);
  });
}

export const identity = <A>(a: A): A => a;
