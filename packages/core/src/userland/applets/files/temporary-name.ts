/**
 * Names for temporary files.
 *
 * A C library asks the kernel for random bits; a program here has only its pid and the time, which no two processes share.
 */
import { clock_gettime, Errno, getpid, lstat, type Routine } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const PLACE = "XXXXXX";
const ATTEMPTS = 100;

/**
 * Replaces the final `XXXXXX` of `template` until `make` succeeds. `EEXIST` from it means: try another.
 *
 * @throws EINVAL if the template does not end so. @throws whatever else `make` throws.
 */
export function* withTemporaryName<T>(template: string, make: (path: string) => Routine<T>): Routine<string> {
  if (!template.endsWith(PLACE)) throw new Errno("EINVAL");
  const head = template.slice(0, template.length - PLACE.length);
  for (let left = ATTEMPTS; ; left--) {
    const path = head + (yield* sixLetters());
    const made = yield* attempt(make(path));
    if (!(made instanceof Errno)) return path;
    if (made.code !== "EEXIST" || left === 0) throw made;
  }
}

/** Succeeds for a path that there is not. @throws EEXIST, and what lstat(2) throws but for ENOENT. */
export function* mustNotExist(path: string): Routine<void> {
  const there = yield* attempt(lstat(path));
  if (there instanceof Errno && there.code === "ENOENT") return;
  throw there instanceof Errno ? there : new Errno("EEXIST");
}

function* sixLetters(): Routine<string> {
  const time = yield* clock_gettime();
  const pid = yield* getpid();
  let bits = BigInt(time) * 1_000_003n + BigInt(pid) * 998_244_353n;
  // One multiplication by an odd constant spreads neighbouring values; the high half is taken.
  bits = ((bits * 0x9e37_79b9_7f4a_7c15n) & 0xffff_ffff_ffff_ffffn) >> 20n;
  let text = "";
  for (let at = 0; at < PLACE.length; at++) {
    text += LETTERS[Number(bits % 62n)] ?? "";
    bits /= 62n;
  }
  return text;
}
