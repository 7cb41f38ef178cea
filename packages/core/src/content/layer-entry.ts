/** One file of a layer, as a tar archive or a recording tells it. */
import type { FileType } from "../abi/index.ts";
import type { Bytes } from "../lib/index.ts";

export interface LayerEntry<Content extends Bytes = Uint8Array> {
  /** Relative to the root, without a leading slash: "etc/passwd". "" is the root itself. */
  readonly path: string;
  /** `hardlink` is a further name of `link`. */
  readonly type: FileType | "hardlink";
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Microseconds since 1970. */
  readonly mtimeUs: number;
  readonly content?: Content;
  /** Size of a file that is longer than its content: the rest is a hole. */
  readonly size?: number;
  /** Target of a symbolic link, or the path of the file that a hard link names. */
  readonly link?: string;
  readonly rdev?: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** Prefix of whiteout files in OCI layers. @see OCI image-spec layer.md "Whiteouts" */
export const WHITEOUT_PREFIX = ".wh.";
/** The file in a directory of a layer that hides all that lower layers have there. */
export const OPAQUE_WHITEOUT = ".wh..wh..opq";
