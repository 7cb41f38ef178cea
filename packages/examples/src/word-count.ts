/**
 * A Dockerfile is built and run, and everything that a container is made of is shown: processes, mounts, layers, the
 * files that were changed, the system calls of a command, and how it is stopped.
 *
 *     pnpm demo
 */
import * as disk from "node:fs";
import { fileURLToPath } from "node:url";
import { createEngine } from "@bottleship/core/engine";
import { drawChange, drawLayers, drawProcessTree, layersOf, processTree, strace } from "@bottleship/core/explain";

const engine = createEngine({ seed: 7 });
const cwd = fileURLToPath(new URL("../word-count", import.meta.url));

/** Prints a command line, and what it prints as it comes. Ends the demo if it fails. */
async function docker(line: string): Promise<string> {
  console.log(`\n$ docker ${line}`);
  const onOutput = (_stream: string, text: string): void => void process.stdout.write(text);
  const { exitCode, stdout } = await engine.docker(line, { disk, cwd, onOutput });
  if (exitCode !== 0) throw new Error(`docker ${line}: exit code ${exitCode}`);
  return stdout;
}

function heading(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 100 - text.length))}`);
}

heading("build");
await docker("build -t word-count .");

heading("build again: nothing has changed");
await docker("build -t word-count .");

heading("run, with limits");
await docker("run -d --name counter --memory 32m --pids-limit 16 word-count");
await engine.world.advance(2_500_000);
await docker("logs counter");

heading("the processes: from the machine, and from inside");
console.log(drawProcessTree(processTree(engine)));
await docker("exec counter ps -o pid,ppid,user,args");

heading("the container's mounts");
await docker("exec counter cat /proc/mounts");

heading("the layers of the image, and what each added");
console.log(drawLayers(layersOf(engine, engine.images.get("word-count"))));

heading("what the run changed, in the container's own layer");
const counter = engine.containers.get("counter");
for (const change of engine.containers.changes(counter)) process.stdout.write(drawChange(change));

heading("the system calls of `cat /tmp/state`");
const trace = strace(engine, counter);
await docker("exec counter cat /tmp/state");
trace.stop();
for (const line of trace.lines()) console.log(line);

heading("stop: SIGTERM, and ten seconds to obey");
const beforeUs = engine.world.clock.nowUs;
await docker("stop counter");
const tookMs = (engine.world.clock.nowUs - beforeUs) / 1000;
await docker("logs --tail 1 counter");
const exit = await docker("inspect --format {{.State.ExitCode}} counter");
console.log(`stopped with exit code ${exit.trim()} after ${tookMs.toFixed(1)} ms of virtual time`);

heading("remove");
await docker("rm counter");
await docker("ps -a");
