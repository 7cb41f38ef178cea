/** Random bytes as programs get them. @see urandom(4) */
import { close, open, type Routine, read } from "../abi/index.ts";

/** @throws Errno without /dev/urandom */
export function* randomBytes(count: number): Routine<Uint8Array> {
  const fd = yield* open("/dev/urandom");
  const bytes = yield* read(fd, count);
  yield* close(fd);
  return bytes;
}
