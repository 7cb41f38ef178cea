/** A text that is no value of its kind; the message is Go's. Whoever called the parser puts it where Docker puts it. */
export class ValueError extends Error {
  override readonly name = "ValueError";
  /** The message without what was read, and by what. */
  readonly reason: string;

  constructor(message: string, reason = message) {
    super(message);
    this.reason = reason;
  }
}

/** What a parser reads; where it refuses, what `otherwise` makes of that. */
export function readOr<T, U>(read: () => T, otherwise: (refusal: ValueError) => U): T | U {
  try {
    return read();
  } catch (error) {
    if (error instanceof ValueError) return otherwise(error);
    throw error;
  }
}

/** What a parser reads; its refusal is thrown in other words. */
export function reworded<T>(read: () => T, say: (refusal: ValueError) => Error): T {
  return readOr(read, (refusal) => {
    throw say(refusal);
  });
}

/** Why a parser refuses, in its words; `undefined` if it takes what it is given. */
export function problemOf(read: () => unknown): string | undefined {
  return readOr(
    () => void read(),
    ({ message }) => message,
  );
}
