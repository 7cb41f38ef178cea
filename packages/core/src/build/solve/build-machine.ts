/** What a build works with: the parts of a machine, as a builder sees them. */
import type { Codecs, LayerEntry } from "../../content/index.ts";
import type { GitRepository } from "../../git/index.ts";
import type { Image } from "../../image/index.ts";
import type { Kernel, NetNamespace } from "../../kernel/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Prng, World } from "../../sim/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import type { RunNetwork } from "./vertex.ts";

/** A file of a web server; the time is 0 if the server does not tell one. */
export interface Download {
  readonly content: Uint8Array;
  readonly mtimeUs: number;
}

export interface BuildMachine {
  readonly world: World;
  readonly kernel: Kernel;
  readonly runtime: Runtime;
  readonly snapshotter: Snapshotter;
  /** Draws the names of what is only there for a while. */
  readonly prng: Prng;
  /** ADD unpacks archives of xz, for which the daemon needs a program. */
  readonly unpacksXz: boolean;
  /** With one for zstd, ADD unpacks such archives, too. */
  readonly codecs: Codecs;
  /** What is behind a URL. @throws StatusError in the words of Go's client if nobody answers */
  readonly download: (url: string) => Promise<Download>;
  /** The git repository at an address; `undefined` if nobody has it, or the machine has no git. */
  readonly findRepository: (remote: string) => GitRepository | undefined;
  /** Puts the process of a RUN on a network; what is returned takes it off again. @throws StatusError not-found */
  readonly joinNetwork: (namespace: NetNamespace, network: Exclude<RunNetwork, "host">) => () => void;
  /** The files of an image, a directory before what is in it. */
  readonly filesOf: (image: Image) => readonly LayerEntry[];
  /** The /etc/resolv.conf of a RUN. */
  readonly resolvConf: (network: RunNetwork) => string;
}
