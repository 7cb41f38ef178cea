/**
 * Services of a swarm seen from outside: what they are called, where they are reached, what becomes of them.
 *
 * What is asked of their addresses holds for a kernel without IPVS, too; that connections get there is told of the
 * simulated one.
 */
import { createCluster } from "@bottleship/core/cluster";
import { describe, expect, it as tell } from "vitest";
import { onEngines, type StoryEngine } from "./engines.ts";

const NAME = "svc";

/** Tells a story in a swarm, which ends with it if it began with it. */
async function inSwarm(engine: StoryEngine, story: () => Promise<void>): Promise<void> {
  const { docker } = engine;
  const isActive = (await docker("info --format {{.Swarm.LocalNodeState}}")).trim() === "active";
  if (!isActive) await docker("swarm init --advertise-addr 127.0.0.1");
  try {
    await story();
  } finally {
    const services = (await docker(`service ls -q --filter name=${NAME}-`)).split("\n").filter((id) => id !== "");
    for (const id of services) await docker(`service rm ${id}`);
    await engine.seconds(4);
    if (!isActive) await docker("swarm leave --force");
  }
}

onEngines(NAME, (it) => {
  it("a service's name means its virtual address, and its tasks have a name of their own", (engine) =>
    inSwarm(engine, async () => {
      const { docker, sh } = engine;
      await docker(`network create -d overlay --attachable ${NAME}-net`);
      const options = `--network name=${NAME}-net,alias=shop --replicas 2 --stop-grace-period 1s`;
      await docker(`service create -d -q --name ${NAME}-web ${options} busybox sleep 1000`);
      await docker(`service create -d -q --name ${NAME}-rr --endpoint-mode dnsrr ${options} busybox sleep 1000`);
      await engine.seconds(5);
      const [vip] = JSON.parse(await docker(`service inspect ${NAME}-web -f '{{json .Endpoint.VirtualIPs}}'`));
      const addresses = async (name: string): Promise<readonly string[]> => {
        const text = await sh(`--network ${NAME}-net`, `nslookup -type=a ${name}`);
        return [...text.matchAll(/^Address: (.*)$/gm)].map(([, address = ""]) => address);
      };
      expect(await addresses(`${NAME}-web`)).toEqual([vip.Addr.replace("/24", "")]);
      expect(await addresses(`tasks.${NAME}-web`)).toHaveLength(2);
      expect(await addresses(`${NAME}-rr`)).toHaveLength(2);
      expect(await docker(`service inspect ${NAME}-rr -f '{{json .Endpoint}}'`)).toBe('{"Spec":{}}\n');
      const services = "{{range $name, $service := .Services}}{{$name}} {{len $service.Tasks}} {{end}}";
      expect(await docker(["network", "inspect", "-v", "-f", services, `${NAME}-net`])).toBe(
        `${NAME}-rr 2 ${NAME}-web 2 \n`,
      );
      expect(await engine.refused(`network rm ${NAME}-net`)).toContain("is in use by service");
    }));

  it("nobody finds a service by name before it is healthy", (engine) =>
    inSwarm(engine, async () => {
      const { docker, sh } = engine;
      await docker(`network create -d overlay --attachable ${NAME}-sick`);
      const health = ["--health-cmd", "test -f /ok", "--health-interval", "1s", "--health-retries", "100"];
      const options = [
        "--name",
        `${NAME}-patient`,
        "--network",
        `${NAME}-sick`,
        "--stop-grace-period",
        "1s",
        ...health,
      ];
      await docker(["service", "create", "-d", "-q", ...options, "busybox", "sleep", "1000"]);
      await engine.seconds(4);
      const find = `nslookup -type=a ${NAME}-patient > /dev/null; echo $?`;
      expect(await sh(`--network ${NAME}-sick`, find)).toBe("1\n");
      const task = (await docker(`ps -q --filter name=${NAME}-patient`)).trim();
      await docker(`exec ${task} touch /ok`);
      await engine.seconds(3);
      expect(await sh(`--network ${NAME}-sick`, find)).toBe("0\n");
      expect(await docker(`service ls --filter name=${NAME}-patient --format {{.Replicas}}`)).toBe("1/1\n");
    }));

  it("published ports are those of the node, or of a task's own", (engine) =>
    inSwarm(engine, async () => {
      const { docker } = engine;
      const options = "-p 28080:80 --publish published=28081,target=81,mode=host --stop-grace-period 1s";
      await docker(`service create -d -q --name ${NAME}-ports ${options} busybox sleep 1000`);
      await engine.seconds(5);
      expect(await docker(`service ls --filter name=${NAME}-ports --format {{.Ports}}`)).toBe("*:28080->80/tcp\n");
      expect(await docker(`service ps ${NAME}-ports --format {{.Ports}}`)).toBe("*:28081->81/tcp,*:28081->81/tcp\n");
      const attached = "{{range .NetworksAttachments}}{{.Network.Spec.Name}} {{len .Addresses}}{{end}}";
      const task = (await docker(`service ps -q ${NAME}-ports`)).trim();
      expect(await docker(["inspect", "--type", "task", "-f", attached, task])).toBe("ingress 1\n");
      expect(await engine.refused(`service create -d -q --name ${NAME}-late -p 28080:90 busybox sleep 1000`)).toMatch(
        new RegExp(`port '28080' is already in use by service '${NAME}-ports' \\([0-9a-z]{25}\\) as an ingress port`),
      );
    }));

  it("an update whose tasks fail pauses, and can be taken back", (engine) =>
    inSwarm(engine, async () => {
      const { docker } = engine;
      const options =
        "--replicas 2 --stop-grace-period 1s --update-monitor 2s --rollback-monitor 1s --restart-delay 1s";
      const create = `service create -d -q --no-resolve-image --name ${NAME}-frail`;
      await docker(`${create} ${options} busybox sleep 1000`);
      await engine.seconds(4);
      await docker(`service update -d -q --args false ${NAME}-frail`);
      await engine.seconds(14);
      const state = `service inspect ${NAME}-frail -f {{.UpdateStatus.State}}`;
      expect(await docker(state)).toBe("paused\n");
      await docker(`service rollback -d -q ${NAME}-frail`);
      await engine.seconds(14);
      expect(await docker(state)).toBe("rollback_completed\n");
      expect(await docker(`service ls --filter name=${NAME}-frail --format {{.Replicas}}`)).toBe("2/2\n");
    }));

  it("a volume of the swarm waits for a plugin, and tasks that mount it wait for the volume", (engine) =>
    inSwarm(engine, async () => {
      const { docker } = engine;
      await docker(`volume create --availability active ${NAME}-far`);
      try {
        expect(await docker("volume ls --cluster")).toContain("pending creation");
        await docker(`volume update --availability drain ${NAME}-far`);
        expect(await docker(`volume inspect ${NAME}-far -f {{.ClusterVolume.Spec.Availability}}`)).toBe("drain\n");
        const mount = `--mount type=cluster,src=${NAME}-far,dst=/x`;
        await docker(`service create -d -q --no-resolve-image --name ${NAME}-needy ${mount} busybox sleep 1000`);
        await engine.seconds(2);
        expect(await docker(`service ps ${NAME}-needy --no-trunc --format {{.Error}}`)).toContain(
          "cannot fulfill requested CSI volume mounts on 1 node",
        );
      } finally {
        await docker(`volume rm -f ${NAME}-far`);
      }
    }));
});

const SERVER = ["busybox", "sh", "-c", "mkdir /w; hostname > /w/index.html; exec httpd -f -p 80 -h /w"];

describe("simulated", () => {
  tell("every machine of a cluster reaches a service, by its address and by its port", async () => {
    const cluster = createCluster({ machines: 2, seed: 5 });
    const [first, second] = cluster.machines;
    for (const machine of cluster.machines) await machine.docker("pull -q busybox");
    await first?.docker("network create -d overlay --attachable shop");
    await first?.docker("swarm init");
    const options = "--name web --network shop --replicas 2 -p 8080:80".split(" ");
    await first?.docker(["service", "create", "-d", "-q", ...options, ...SERVER]);
    await cluster.world.advance(3_000_000);
    const tasks = (await first?.docker("ps -q --filter name=web."))?.stdout.trim().split("\n").toSorted();
    const twice = async (network: string, url: string): Promise<readonly string[] | undefined> => {
      const script = `for i in 1 2; do wget -T 3 -qO- ${url}; done`;
      const argv = ["run", "--rm", "--network", network, "busybox", "sh", "-c", script];
      return (await second?.docker(argv))?.stdout.trim().split("\n").toSorted();
    };
    expect(await twice("shop", "http://web/")).toEqual(tasks);
    expect(await twice("bridge", "http://node-1:8080/")).toEqual(tasks);
  });
});
