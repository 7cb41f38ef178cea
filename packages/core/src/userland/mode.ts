/** File modes as applets read them: in the light of their process's umask. */
import { parseMode, type Routine, umask } from "../abi/index.ts";

export { modeString, parseMode } from "../abi/index.ts";

/** `parseMode` with the umask of the process. */
export function* parseModeHere(text: string, current: number): Routine<number | undefined> {
  const mask = yield* umask(0);
  yield* umask(mask);
  return parseMode(text, current, mask);
}
