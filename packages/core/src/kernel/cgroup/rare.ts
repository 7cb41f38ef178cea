/** What few cgroups have: it costs nothing where it is not used. */
import type { WaitQueue } from "../../sim/index.ts";
import type { Cpuset } from "./cpuset.ts";
import { FrozenTime } from "./freezer.ts";
import type { IoController } from "./io.ts";
import type { PressureSet } from "./pressure.ts";

/** Owner and mode of the directory or one of its files, where they were changed. */
export interface NodeAttributes {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number | undefined;
}

/** Open files that somebody may poll. */
export interface Watch {
  readonly queue: WaitQueue;
  /** How often the file has changed. */
  version: number;
}

export class Rare {
  maxDepth = Number.POSITIVE_INFINITY;
  maxDescendants = Number.POSITIVE_INFINITY;
  readonly frozenTime = new FrozenTime();
  hidesPressure = false;
  pressure: PressureSet | undefined;
  io: IoController | undefined;
  cpuset: Cpuset | undefined;
  /** By file name; "" is the directory itself. */
  attributes: Map<string, NodeAttributes> | undefined;
  watches: Map<string, Watch> | undefined;
  /** What those who watch `cgroup.events` were last told. */
  wasPopulated = false;
}
