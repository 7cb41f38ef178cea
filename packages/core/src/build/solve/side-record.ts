/** What the build cache keeps besides results: contexts and cache mounts. */
import { encode, sha256 } from "../../lib/index.ts";

/** What is kept besides results. */
export interface SideRecord {
  readonly type: "source.local" | "exec.cachemount";
  readonly description: string;
  readonly createdUs: number;
  usedUs: number;
  uses: number;
  /** Where on the machine's disk it lies, or how large it is. */
  kept: { readonly path: string } | { readonly bytes: number };
}

/** The id of what is kept under a key: the same as long as it is there. */
export function cacheId(key: string): string {
  return BigInt(`0x${sha256(encode(key))}`)
    .toString(36)
    .padStart(25, "0")
    .slice(-25);
}
