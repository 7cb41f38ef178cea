/**
 * A function that an object has of its own: `this.fetch = ownFunction((request) => …)`.
 *
 * What is written right of an assignment to a property V8 takes for something that lasts, as prototypes' methods do, and
 * makes it in old space. There it keeps the object, and all that this leads to, until a full collection: a machine, a shell
 * that ran for a moment. What comes out of a call is made like any other value.
 *
 * @see v8/src/parsing/parser.h: CheckAssigningFunctionLiteralToProperty
 */
export function ownFunction<F extends (...values: never[]) => unknown>(made: F): F {
  return made;
}
