/** Resource limits that every process starts with: Docker's defaults. @see getrlimit(2), /proc/PID/limits */
import type { ResourceLimit, ResourceName } from "../abi/index.ts";
import type { Machine } from "./machine.ts";

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

const limits = new WeakMap<Machine, ReadonlyMap<ResourceName, ResourceLimit>>();

/** What processes of a machine start with: one map for all of them. */
export function limitsOf(machine: Machine): ReadonlyMap<ResourceName, ResourceLimit> {
  const known = limits.get(machine);
  if (known !== undefined) return known;
  const made = machine.limits.size === 0 ? DEFAULT_LIMITS : new Map([...DEFAULT_LIMITS, ...machine.limits]);
  limits.set(machine, made);
  return made;
}
