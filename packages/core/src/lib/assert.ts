/** Assertions: our own bugs, never a caller's mistake. A failed assertion means that Bottleship is wrong. */

/** A broken invariant of Bottleship itself. */
export class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
}

/** @throws AssertionFailure if `condition` does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Ends a switch over a union: compiles only while every member is handled. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
