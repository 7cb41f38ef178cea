/** A text that is no value of its kind; the message is Go's. Whoever called the parser puts it where Docker puts it. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}
