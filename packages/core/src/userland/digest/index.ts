/** Message digests and checksums, for applets, archives and images. */
export { crc32 } from "./crc32.ts";
export type { Hash } from "./hash.ts";
export { Md5 } from "./md5.ts";
export { Sha1 } from "./sha1.ts";
export { Sha3 } from "./sha3.ts";
export { Sha256 } from "./sha256.ts";
export { Sha512 } from "./sha512.ts";
