/** How Node finds out what `console.log` prints of an object. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;
