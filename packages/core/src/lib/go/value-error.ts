/** A text that is no value of its kind; the message is Go's. Whoever called the parser puts it where Docker puts it. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}

/** Why a parser refuses, in its words; `undefined` if it takes what it is given. */
export function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
}
