/**
 * How likely a process is to be killed for want of memory: oom_score_adj, and oom_adj of old.
 *
 * @see proc_pid_oom_score_adj(5), fs/proc/base.c
 */
import { CAP_SYS_RESOURCE, Errno } from "../../abi/index.ts";
import type { Process } from "../process.ts";

/** @throws EACCES to make a process safer than it was meant to be, without CAP_SYS_RESOURCE. */
export function writeOomScoreAdj(writer: Process, process: Process, value: string): void {
  const score = Number(value.trim());
  if (!Number.isInteger(score) || score < -1000 || score > 1000) throw new Errno("EINVAL");
  const isPrivileged = writer.creds.capable(CAP_SYS_RESOURCE, process.kernel.init.creds.user);
  if (score < process.traits.oomScoreAdjMin && !isPrivileged) throw new Errno("EACCES");
  process.alter(isPrivileged ? { oomScoreAdj: score, oomScoreAdjMin: score } : { oomScoreAdj: score });
}

/** The old scale goes from -17 to 15; its ends are those of the new one. @see fs/proc/base.c: oom_adj_write */
const OOM_DISABLE = 17;
const OOM_ADJUST_MAX = 15;
const OOM_SCORE_MAX = 1000;

export const oomAdj = ({ traits: { oomScoreAdj: score } }: Process): number =>
  score === OOM_SCORE_MAX ? OOM_ADJUST_MAX : Math.trunc((score * OOM_DISABLE) / OOM_SCORE_MAX);

/** @throws EINVAL outside of the scale; EACCES for a value below the present one without CAP_SYS_RESOURCE. */
export function writeOomAdj(writer: Process, process: Process, text: string): void {
  const value = Number(text.trim());
  if (!Number.isInteger(value) || value < -OOM_DISABLE || value > OOM_ADJUST_MAX) throw new Errno("EINVAL");
  const score = value === OOM_ADJUST_MAX ? OOM_SCORE_MAX : Math.trunc((value * OOM_SCORE_MAX) / OOM_DISABLE);
  const isPrivileged = writer.creds.capable(CAP_SYS_RESOURCE, process.kernel.init.creds.user);
  if (score < process.traits.oomScoreAdj && !isPrivileged) throw new Errno("EACCES");
  process.alter({ oomScoreAdj: score });
}
