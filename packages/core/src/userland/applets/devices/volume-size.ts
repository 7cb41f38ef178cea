/** How large a file system is to be: as large as its file or device, or so many units. @see busybox: libbb/get_volsize.c */
import { lseek, type Routine, SEEK_END, SEEK_SET, write } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import { numberOrDie } from "../files/number.ts";

const KB = 1024;
const LEAST_BYTES = 16 * KB;

/** Bytes. `extends`: a file that is shorter grows. */
export function* volumeSize(
  io: Io,
  fd: number,
  kilobytes: string | undefined,
  options: { readonly extends: boolean },
): Routine<number> {
  let size: number;
  if (kilobytes === undefined) size = yield* lseek(fd, 0, SEEK_END);
  else {
    size = KB * (yield* numberOrDie(io, kilobytes));
    yield* attempt(lseek(fd, Math.max(0, size - 1), SEEK_SET));
    if (options.extends) yield* attempt(write(fd, Uint8Array.of(0)));
  }
  yield* lseek(fd, 0, SEEK_SET);
  return size < LEAST_BYTES ? yield* io.die("image is too small") : size;
}
