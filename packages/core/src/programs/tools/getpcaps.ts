/** getpcaps: the capabilities of processes, as text. @see getpcaps(8), cap_to_text(3) */
import { CAPABILITY_NAMES, Errno, type Program, type Routine } from "../../abi/index.ts";
import { attempt, Io, readText } from "../../userland/index.ts";

/** A capability is in none, some or all of the three sets of a process. */
const EFFECTIVE = 1;
const PERMITTED = 2;
const INHERITABLE = 4;
const ALL = EFFECTIVE | PERMITTED | INHERITABLE;

export const getpcaps: Program = function* (argv, env) {
  const io = new Io("getpcaps", argv, env);
  const pids = argv.slice(1).filter((word) => !word.startsWith("-"));
  let code = pids.length === 0 ? 1 : 0;
  if (pids.length === 0) yield* io.err.write("usage: getcaps [opts] <pid> [<pid> ...]\n");
  for (const pid of pids) {
    const status = yield* attempt(readText(`/proc/${pid}/status`));
    if (status instanceof Errno) {
      yield* io.err.write(`Failed to get cap's for process ${pid}: (No such process)\n`);
      code = 1;
    } else yield* tell(io, pid, status);
  }
  yield* io.out.flush();
  return code;
};

function* tell(io: Io, pid: string, status: string): Routine<void> {
  const setOf = (name: string): bigint =>
    BigInt(`0x${new RegExp(`^${name}:\\s*(\\w+)`, "m").exec(status)?.[1] ?? "0"}`);
  yield* io.out.line(
    `${pid}: ${capText({ effective: setOf("CapEff"), permitted: setOf("CapPrm"), inheritable: setOf("CapInh") })}`,
  );
}

interface CapSets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

/** What most capabilities have in common comes first, then what is different of others: "=ep cap_sys_resource-ep". */
function capText({ effective, permitted, inheritable }: CapSets): string {
  const names: string[][] = Array.from({ length: ALL + 1 }, () => []);
  for (const [number, name] of CAPABILITY_NAMES.entries()) {
    const has = (set: bigint, flag: number): number => (((set >> BigInt(number)) & 1n) === 1n ? flag : 0);
    const flags = has(effective, EFFECTIVE) | has(permitted, PERMITTED) | has(inheritable, INHERITABLE);
    names[flags]?.push(name.toLowerCase());
  }
  const countOf = (flags: number): number => names[flags]?.length ?? 0;
  const kinds = Array.from({ length: ALL + 1 }, (_, index) => ALL - index);
  const common = kinds.reduce((most, flags) => (countOf(flags) > countOf(most) ? flags : most));
  const words = common === 0 ? [] : [`=${lettersOf(common)}`];
  for (const flags of kinds) {
    if (flags === common || countOf(flags) === 0) continue;
    const more = lettersOf(flags & ~common);
    const less = lettersOf(common & ~flags);
    const sign = words.length === 0 ? "=" : "+";
    words.push(`${names[flags]?.join(",")}${more === "" ? "" : sign + more}${less === "" ? "" : `-${less}`}`);
  }
  return words.length === 0 ? "=" : words.join(" ");
}

function lettersOf(flags: number): string {
  return `${flags & EFFECTIVE ? "e" : ""}${flags & INHERITABLE ? "i" : ""}${flags & PERMITTED ? "p" : ""}`;
}
