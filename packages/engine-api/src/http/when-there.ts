/** What `next` makes of something: at once if it is there already, else when it has come. */
export function whenThere<T, R>(given: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return given instanceof Promise ? given.then(next) : next(given);
}
