/** `docker volume` on a node of a swarm. Texts and documents are those of docker 28.5.2. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

async function swarm() {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  await engine.docker("swarm init");
  const docker = async (line: string): Promise<string> => {
    const { stdout, stderr } = await engine.docker(line);
    return stdout + stderr;
  };
  return { engine, docker };
}

const daemon = (problem: string): string => `Error response from daemon: ${problem}\n`;
const rpc = (code: string, problem: string): string => daemon(`rpc error: code = ${code} desc = ${problem}`);

it("keeps what is asked of a volume of the swarm, and shows what it knows of it", async () => {
  const { docker } = await swarm();
  const options =
    "--availability pause --label a=b --group g --scope multi --sharing all --type mount --required-bytes 10m " +
    "--limit-bytes 1g --topology-required r=1,q=2 --topology-required r=3 --topology-preferred r=2 -d drv -o x=y";
  expect(await docker(`volume create ${options} v`)).toBe("v\n");
  const [{ ClusterVolume, CreatedAt, ...rest }] = JSON.parse(await docker("volume inspect v"));
  expect(rest).toEqual({
    ...{ Driver: "drv", Labels: { a: "b" }, Mountpoint: "", Name: "v", Options: { x: "y" }, Scope: "global" },
  });
  expect(CreatedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC$/);
  expect(ClusterVolume.ID).toMatch(/^[0-9a-z]{25}$/);
  expect(ClusterVolume.Spec).toEqual({
    Group: "g",
    AccessMode: { Scope: "multi", Sharing: "all", MountVolume: {} },
    AccessibilityRequirements: {
      Requisite: [{ Segments: { q: "2", r: "1" } }, { Segments: { r: "3" } }],
      Preferred: [{ Segments: { r: "2" } }],
    },
    CapacityRange: { RequiredBytes: 10_485_760, LimitBytes: 1_073_741_824 },
    Availability: "pause",
  });
  await docker("volume create --availability foo --scope foo --sharing foo w");
  await docker("volume create own");
  expect(await docker("volume inspect w --format '{{json .ClusterVolume.Spec}}'")).toBe(
    '{"AccessMode":{"Scope":"single","Sharing":"none","BlockVolume":{}},"AccessibilityRequirements":{},' +
      '"CapacityRange":{"RequiredBytes":0,"LimitBytes":0},"Availability":"active"}\n',
  );
  const table = "VOLUME NAME   GROUP     DRIVER    AVAILABILITY   STATUS\n";
  const rows =
    "v             g         drv       pause          pending creation\n" +
    "w                       local     active         pending creation\n";
  expect(await docker("volume ls --cluster --format json --filter name=o")).toBe(table + rows);
  expect(await docker("volume ls --cluster -q")).toBe("v\nw\n");
  const format = "'{{.Name}} {{.Scope}} {{.Availability}} {{.Group}} {{.Status}}'";
  expect(await docker(`volume ls --format ${format}`)).toBe(
    "own local N/A N/A N/A\nv global pause g pending creation\nw global active  pending creation\n",
  );
});

it("changes the availability of a volume of the swarm only", async () => {
  const { docker } = await swarm();
  await docker("volume create --group g v");
  await docker("volume create own");
  const availability = "volume inspect v --format {{.ClusterVolume.Spec.Availability}}";
  expect(await docker("volume update --availability drain v")).toBe("");
  expect(await docker(availability)).toBe("drain\n");
  expect(await docker("volume update --availability foo v")).toBe("");
  expect(await docker("volume update v")).toBe("");
  expect(await docker(availability)).toBe("drain\n");
  expect(await docker("volume update --availability drain own")).toBe("can only update cluster volumes\n");
  expect(await docker("volume update none")).toBe(daemon("volume none not found"));
});

it("removes one that no plugin has ever made by force only; a volume of the machine goes first", async () => {
  const { docker } = await swarm();
  await docker("volume create --group g data");
  expect(await docker("volume create data")).toBe("data\n");
  expect(await docker("volume inspect data --format {{.Scope}}")).toBe("local\n");
  expect(await docker("volume rm data")).toBe("data\n");
  expect(await docker("volume inspect data --format {{.Scope}}")).toBe("global\n");
  expect(await docker("volume rm data")).toBe("data\n");
  expect(await docker("volume ls -q")).toBe("data\n");
  expect(await docker("volume rm -f data none")).toBe("data\nnone\n");
  expect(await docker("volume ls -q")).toBe("");
  expect(await docker("volume rm none")).toBe(daemon("volume none not found"));
});

it("refuses what a manager refuses", async () => {
  const { engine, docker } = await swarm();
  const refuse = (problem: string): string => rpc("InvalidArgument", problem);
  expect(await docker("volume create --availability active")).toBe(refuse("meta: name must be provided"));
  expect(await docker("volume create --type foo v")).toBe(
    refuse("Volume AccessMode must specify either Mount or Block access type"),
  );
  expect(await docker("volume create --group g --secret k=a v")).toBe(refuse("secret not found: a"));
  expect(await docker("volume create --group g --secret k=a --secret j=b v")).toBe(refuse("secrets not found: b, a"));
  expect(await docker("volume create --secret k=v own")).toBe("own\n");
  await docker("volume create --group g v");
  expect(await docker("volume create --group g v")).toBe(rpc("Unknown", "name conflicts with an existing object"));
  const { volumes } = engine.swarm.cluster;
  expect(() => volumes.update("v", 1, {})).toThrow("rpc error: code = NotFound desc = volume v not found");
  expect(() => volumes.update(volumes.get("v").id, 1, {})).toThrow("update out of sequence");
});

it("lets tasks wait that are to mount one, and keeps all when the machine begins anew", async () => {
  const { engine, docker } = await swarm();
  await docker("volume create --group g v");
  await docker("service create -d -q --name web --mount type=cluster,src=v,dst=/x busybox sleep 10");
  await engine.pass("1s");
  expect(await docker("service ps web --no-trunc --format {{.Error}}")).toBe(
    '"no suitable node (cannot fulfill requested CSI volume mounts on 1 node)"\n',
  );
  const later = createEngine({ from: await engine.snapshot() });
  expect((await later.docker("volume ls --cluster -q")).stdout).toBe("v\n");
});

it("knows none without a swarm", async () => {
  const engine = createEngine({ seed: 7 });
  const none =
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
  expect((await engine.docker("volume create --availability active v")).stderr).toBe(daemon(none));
  expect((await engine.docker("volume rm v")).stderr).toBe(daemon("get v: no such volume"));
});
