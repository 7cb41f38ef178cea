/** What a kernel module says of itself: `key=value` in texts that end with NUL. @see modinfo(8), include/linux/moduleparam.h */
import { Errno, type Routine } from "../../../abi/index.ts";
import { basename, latin1 } from "../../../lib/index.ts";
import { attempt, readFile } from "../../io.ts";

const EXTENSION = /\.ko(\.gz|\.xz|\.bz2)?$/;

/** Every pair that a file has, in its order; `undefined` if it cannot be read. */
export function* moduleFields(path: string): Routine<readonly (readonly [key: string, value: string])[] | undefined> {
  const bytes = yield* attempt(readFile(path));
  if (bytes instanceof Errno) return undefined;
  return latin1(bytes)
    .split("\0")
    .flatMap((text) => {
      const [, key, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    });
}

export const isModuleFile = (path: string): boolean => EXTENSION.test(path);

/** a/b-c.ko is b_c. */
export const moduleName = (path: string): string => basename(path).replace(EXTENSION, "").replaceAll("-", "_");
