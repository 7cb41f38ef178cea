/**
 * Mount options of procfs: who sees whose processes, and whether there is more to see than processes.
 *
 * @see proc(5) "Mount options", fs/proc/root.c, fs/proc/base.c: has_pid_permissions
 */
import { Errno } from "../../abi/index.ts";

/** How much is hidden of processes that a reader may not look into. */
export type HidePid = "off" | "noaccess" | "invisible" | "ptraceable";

export interface ProcOptions {
  readonly hidePid: HidePid;
  /** The group that everything is shown to. */
  readonly gid: number;
  /** There is nothing but processes. */
  readonly pidsOnly: boolean;
}

const USUAL: ProcOptions = { hidePid: "off", gid: 0, pidsOnly: false };

/** As they are written: by number or by name. */
const HIDE_PID: ReadonlyMap<string, HidePid> = new Map([
  ["0", "off"],
  ["1", "noaccess"],
  ["2", "invisible"],
  ["4", "ptraceable"],
  ["off", "off"],
  ["noaccess", "noaccess"],
  ["invisible", "invisible"],
  ["ptraceable", "ptraceable"],
]);

/** @throws EINVAL for an option that there is not, or a value that it does not take. */
export function procOptions(text: string, before: ProcOptions = USUAL): ProcOptions {
  let options = before;
  for (const part of text.split(",")) if (part !== "") options = { ...options, ...parsed(part) };
  return options;
}

function parsed(part: string): Partial<ProcOptions> {
  const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
  const hidePid = name === "hidepid" ? HIDE_PID.get(value) : undefined;
  if (hidePid !== undefined) return { hidePid };
  if (name === "gid" && /^\d+$/.test(value)) return { gid: Number(value) };
  if (name === "subset" && value === "pid") return { pidsOnly: true };
  throw new Errno("EINVAL");
}

/** As the tables of mounts show them. */
export function shownProcOptions({ hidePid, gid, pidsOnly }: ProcOptions): string {
  const shown = [
    ...(gid === 0 ? [] : [`gid=${gid}`]),
    ...(hidePid === "off" ? [] : [`hidepid=${hidePid}`]),
    ...(pidsOnly ? ["subset=pid"] : []),
  ];
  return shown.join(",");
}
