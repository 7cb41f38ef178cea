/** What every process starts with. Limits of resources are Docker's defaults. @see getrlimit(2), /proc/PID/limits */
import type { ResourceLimit, ResourceName } from "../abi/index.ts";
import type { Machine } from "./machine.ts";
import { Traits, type TraitsInit } from "./traits.ts";

const UNLIMITED: ResourceLimit = { soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY };
const both = (value: number): ResourceLimit => ({ soft: value, hard: value });

const DEFAULT_LIMITS: ReadonlyMap<ResourceName, ResourceLimit> = new Map<ResourceName, ResourceLimit>([
  ["cpu", UNLIMITED],
  ["fsize", UNLIMITED],
  ["data", UNLIMITED],
  ["stack", { soft: 8_388_608, hard: Number.POSITIVE_INFINITY }],
  ["core", UNLIMITED],
  ["rss", UNLIMITED],
  ["nproc", UNLIMITED],
  ["nofile", both(1_048_576)],
  ["memlock", both(67_108_864)],
  ["as", UNLIMITED],
  ["locks", UNLIMITED],
  ["sigpending", both(31_546)],
  ["msgqueue", both(819_200)],
  ["nice", both(0)],
  ["rtprio", both(0)],
  ["rttime", UNLIMITED],
]);

const plain = new WeakMap<Machine, Traits>();

/** What processes start with that the machine starts: the same for all of them. */
export function plainTraits(machine: Machine): Traits {
  const known = plain.get(machine);
  if (known !== undefined) return known;
  const limits = machine.limits.size === 0 ? DEFAULT_LIMITS : new Map([...DEFAULT_LIMITS, ...machine.limits]);
  const made = new Traits({ ...PLAIN, limits }, {});
  plain.set(machine, made);
  return made;
}

const PLAIN: Omit<TraitsInit, "limits"> = {
  umask: 0o022,
  nice: 0,
  affinity: undefined,
  ioPriority: 0,
  personality: 0,
  seccomp: undefined,
  oomScoreAdj: 0,
  oomScoreAdjMin: 0,
};
