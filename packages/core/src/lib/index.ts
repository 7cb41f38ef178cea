/** Floor 0: things that know nothing of containers or kernels. */
export { AssertionFailure, assert, unreachable } from "./assert.ts";
export { concat, equal, NO_BYTES, toHex } from "./bytes.ts";
export { Emitter } from "./emitter.ts";
export { basename, clean, dirname, join } from "./path.ts";
export { Ring } from "./ring.ts";
export { SmallMap } from "./small-map.ts";
export { SmallSet } from "./small-set.ts";
export { StatusError, type StatusKind } from "./status-error.ts";
export { byteLength, byteString, decode, encode, fromByteString, fromLatin1, latin1 } from "./text.ts";
