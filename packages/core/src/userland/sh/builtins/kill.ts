/** kill: the applet, with jobs besides process ids. @see kill(1p) */
import { kill as applet } from "../../applets/system/kill.ts";
import { regular } from "../builtin.ts";
import type { Shell } from "../shell.ts";
import { runAsBuiltin } from "./applets.ts";
import { findJob } from "./jobs.ts";

export const kill = regular(function* (shell, { argv }) {
  const words = argv[1] === "-l" ? argv : argv.map((word) => (word.startsWith("%") ? jobTargets(shell, word) : word));
  return yield* runAsBuiltin(shell, applet, words);
});

/**
 * Under job control the whole process group, else each process that still runs. The blank keeps a group's minus from
 * being taken for an option. @throws ShellError
 */
function jobTargets(shell: Shell, name: string): string {
  const job = findJob(shell, name);
  const running = job.processes.filter(({ status }) => status === undefined || "stopped" in status);
  if (job.isControlled) return ` -${job.firstPid}`;
  return running.map(({ pid }) => ` ${pid}`).join("");
}
