/** The states of a container: what each command makes of it, and what it is refused with. */
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

const STATE = "inspect -f '{{.State.Status}} {{.State.Running}} {{.State.Paused}} {{.State.ExitCode}}'";

onEngines("life", (it) => {
  it("goes from created through running, paused and exited, and knows each state's refusals", async (engine) => {
    const { docker, refused } = engine;
    await docker("create --name life-a busybox sleep 1000");
    expect(await docker(`${STATE} life-a`)).toBe("created false false 0\n");
    expect(await refused("pause life-a")).toBe(
      `1: Error response from daemon: container ${await id(engine, "life-a")} is not running\n`,
    );
    expect(await refused("kill life-a")).toBe(
      `1: Error response from daemon: cannot kill container: life-a: container ${await id(engine, "life-a")} is not running\n`,
    );
    expect(await refused("exec life-a true")).toBe(
      `1: Error response from daemon: container ${await id(engine, "life-a")} is not running\n`,
    );
    await docker("start life-a");
    await docker("start life-a");
    expect(await docker(`${STATE} life-a`)).toBe("running true false 0\n");
    expect(await refused("unpause life-a")).toBe(
      `1: Error response from daemon: Container ${await id(engine, "life-a")} is not paused\n`,
    );
    expect(await refused("rm life-a")).toBe(
      '1: Error response from daemon: cannot remove container "life-a": container is running: stop the container before removing or force remove\n',
    );
    await docker("pause life-a");
    expect(await docker(`${STATE} life-a`)).toBe("paused true true 0\n");
    expect(await refused("exec life-a true")).toBe(
      "1: Error response from daemon: Container life-a is paused, unpause the container before exec\n",
    );
    expect(await refused("pause life-a")).toBe(
      `1: Error response from daemon: Container ${await id(engine, "life-a")} is already paused\n`,
    );
    await docker("unpause life-a");
    await docker("stop -t 0 life-a");
    expect(await docker(`${STATE} life-a`)).toBe("exited false false 137\n");
    await docker("stop life-a");
    await docker("restart -t 0 life-a");
    expect(await docker(`${STATE} life-a`)).toBe("running true false 0\n");
    await docker("rm -f life-a");
    expect(await refused("start life-a")).toBe(
      "1: Error response from daemon: No such container: life-a\nError: failed to start containers: life-a\n",
    );
  });

  it("outlives a restart with --rm, and goes with its next end", async ({ docker }) => {
    await docker("run -d --rm --name life-rm busybox sleep 1000");
    await docker("restart -t 0 life-rm");
    expect(await docker(`${STATE} life-rm`)).toBe("running true false 0\n");
    await docker("stop -t 0 life-rm");
    await expect.poll(() => docker("ps -aq --filter name=life-rm")).toBe("");
  });

  it("stops by its signal, by the one that is said, and by SIGKILL when its time is over", async ({ docker }) => {
    const script = 'for s in TERM INT USR1; do trap "echo $s; exit 4" $s; done; while :; do sleep 0.1; done';
    const make = (name: string, ...options: readonly string[]) =>
      docker(["run", "-d", "--name", name, ...options, "busybox", "sh", "-c", script]);
    await make("life-term");
    await make("life-usr", "--stop-signal", "USR1");
    await make("life-int");
    await docker("run -d --name life-deaf --stop-timeout 1 busybox sleep 1000");
    await docker("run -d --name life-init --init busybox sleep 1000");
    await docker("stop life-term life-usr life-deaf life-init");
    await docker("stop -s INT life-int");
    const told = await Promise.all(["life-term", "life-usr", "life-int"].map((name) => docker(`logs ${name}`)));
    expect(told).toEqual(["TERM\n", "USR1\n", "INT\n"]);
    expect(
      await docker("inspect -f '{{.Name}} {{.State.ExitCode}}' life-term life-usr life-int life-deaf life-init"),
    ).toBe("/life-term 4\n/life-usr 4\n/life-int 4\n/life-deaf 137\n/life-init 143\n");
  });

  it("is killed by any signal, and by SIGKILL unless one is said", async ({ docker, refused, seconds }) => {
    const script = 'trap "echo hup" HUP; while :; do sleep 0.1; done';
    await docker(["run", "-d", "--name", "life-k", "busybox", "sh", "-c", script]);
    await seconds(0.3);
    await docker("kill -s HUP life-k");
    await docker("kill --signal WINCH life-k");
    await docker("exec life-k sleep 0.3");
    expect(await docker("logs life-k")).toBe("hup\n");
    expect(await refused("kill -s NOPE life-k")).toBe(
      "1: Error response from daemon: cannot kill container: life-k: invalid signal: NOPE\n",
    );
    await docker("kill life-k");
    expect(await docker("wait life-k")).toBe("137\n");
  });

  it("is waited for, by whoever asks and whatever it ends with", async ({ client, docker, refused }) => {
    await docker("run -d --name life-w busybox sh -c 'sleep 1; exit 5'");
    await docker("run -d --name life-v busybox sleep 0.2");
    const both = docker("wait life-w life-v");
    expect(await client.container("life-w").wait()).toBe(5);
    expect(await both).toBe("5\n0\n");
    expect(await docker("wait life-w")).toBe("5\n");
    expect(await refused("wait life-nobody")).toBe("1: Error response from daemon: No such container: life-nobody\n");
  });

  it("takes a new name, keeps it from others, and is found by the new one only", async (engine) => {
    const { docker, refused } = engine;
    await docker("create --name life-a busybox true");
    await docker("create --name life-b busybox true");
    expect(await refused("rename life-a life-b")).toBe(
      `1: Error response from daemon: Error when allocating new name: Conflict. The container name "/life-b" is already in use by container "${await id(engine, "life-b")}". You have to remove (or rename) that container to be able to reuse that name.\nError: failed to rename container named life-a\n`,
    );
    expect(await refused("rename life-a _no")).toBe(
      "1: Error response from daemon: Error when allocating new name: Invalid container name (/_no), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed\nError: failed to rename container named life-a\n",
    );
    await docker("rename life-a life-c");
    expect(await docker("inspect -f {{.Name}} life-c")).toBe("/life-c\n");
    expect(await refused("inspect life-a")).toBe("1: Error: No such object: life-a\n");
  });

  it("is changed while it runs, and keeps what it was changed to", async ({ docker, refused }) => {
    await docker("run -d --name life-u --memory 64m --memory-swap 64m busybox sleep 1000");
    await docker("update --memory 128m --memory-swap 256m --cpus 0.5 --pids-limit 20 --restart on-failure:2 life-u");
    const settings =
      "{{.Memory}} {{.MemorySwap}} {{.NanoCpus}} {{.PidsLimit}} {{.RestartPolicy.Name}} {{.RestartPolicy.MaximumRetryCount}}";
    const inspect = `inspect -f '{{with .HostConfig}}${settings}{{end}}' life-u`;
    expect(await docker(inspect)).toBe("134217728 268435456 500000000 20 on-failure 2\n");
    await docker("restart -t 0 life-u");
    expect(await docker(inspect)).toBe("134217728 268435456 500000000 20 on-failure 2\n");
    expect(await refused("update --memory 1m life-u")).toBe(
      "1: Error response from daemon: Minimum memory limit allowed is 6MB\n",
    );
  });

  it("removes itself with --rm, its anonymous volumes too, and not what has a name", async ({ docker, seconds }) => {
    await docker("run -d --rm --name life-gone -v /anonymous -v life-kept:/named busybox sleep 0.3");
    const volume = '{{range .Mounts}}{{if ne .Name "life-kept"}}{{.Name}}{{end}}{{end}}';
    const anonymous = (await docker(["inspect", "-f", volume, "life-gone"])).trim();
    await seconds(2);
    expect(await docker("ps -aq --filter name=life-gone")).toBe("");
    const volumes = (await docker("volume ls -q")).split("\n");
    expect([volumes.includes(anonymous), volumes.includes("life-kept")]).toEqual([false, true]);
  });

  it("is pruned when it does not run, by its labels and its age", async ({ docker }) => {
    await docker("create --name life-p --label life=prune busybox true");
    await docker("create --name life-q --label life=keep busybox true");
    await docker("run -d --name life-r --label life=prune busybox sleep 1000");
    const pruned = await docker("container prune -f --filter label=life=prune");
    expect(pruned).toMatch(/^Deleted Containers:\n\w{64}\n\nTotal reclaimed space: 0B\n$/);
    expect(await docker("ps -a --filter name=life- --format {{.Names}}")).toBe("life-r\nlife-q\n");
    expect(await docker("container prune -f --filter label=life=keep --filter until=10h")).toBe(
      "Total reclaimed space: 0B\n",
    );
  });

  it("is started again as its policy says, and rests when somebody stopped it", async ({ docker, seconds }) => {
    await docker("run -d --name life-twice --restart on-failure:2 busybox sh -c 'exit 3'");
    await docker("run -d --name life-always --restart unless-stopped busybox sleep 0.2");
    await docker("run -d --name life-no busybox false");
    await seconds(3);
    expect(
      await docker("inspect -f '{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}' life-twice life-no"),
    ).toBe("2 exited 3\n0 exited 1\n");
    expect(Number(await docker("inspect -f {{.RestartCount}} life-always"))).toBeGreaterThan(1);
    await docker("stop life-always");
    await seconds(2);
    expect(await docker("inspect -f {{.State.Running}} life-always")).toBe("false\n");
  });
});

async function id({ docker }: { docker: (line: string) => Promise<string> }, name: string): Promise<string> {
  return (await docker(`inspect -f {{.Id}} ${name}`)).trim();
}
