/** What is alive on the JavaScript heap. */

/** Bytes of the heap after a collection. */
export function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error("run with node --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
