/** A story with chance, concurrency, limits and failures in it: told twice from one seed, it is the same to the last turn. */
import { createEngine } from "@bottleship/core/engine";

/** Tells the story; returns the world's trace hash, and what was printed. */
export async function story(seed: number): Promise<{ readonly hash: string; readonly output: string }> {
  const engine = createEngine({ seed });
  const output: string[] = [];
  const docker = async (line: string): Promise<void> => {
    const { exitCode, stdout, stderr } = await engine.docker(line);
    output.push(`${exitCode} ${stdout}${stderr}`);
  };
  await docker("run -d --name loop --cpus 0.3 busybox sh -c 'while :; do :; done'");
  await docker(
    "run -d --name dice busybox sh -c 'while :; do echo $RANDOM; head -c 4 /dev/urandom | md5sum; sleep 0.1; done'",
  );
  await Promise.all([
    docker("run --name a busybox sh -c 'seq 1 1000 | sort -rn | head -3'"),
    docker("run --memory 8m --name b busybox sh -c 'tail /dev/zero'"),
    docker("run --pids-limit 3 --name c busybox sh -c 'sleep 1 & sleep 1 & sleep 1 & wait'"),
  ]);
  await engine.build({ context: { files: { x: "1\n" } }, dockerfile: "FROM busybox\nCOPY x /x\nRUN date > /when" });
  await engine.world.advance(1_000_000);
  await docker("stop -t 1 loop dice");
  await docker("logs dice");
  await docker("ps -a --no-trunc");
  return { hash: engine.world.trace.hash, output: output.join("\n") };
}
