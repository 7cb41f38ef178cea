/** `POST /build`: what the classic builder does with the context and the options that clients send. */
import { createEngine } from "@bottleship/core/engine";
import { encode, packTar, tarHeader } from "@bottleship/core/lib";
import { Registry } from "@bottleship/core/registry";
import { expect, it } from "vitest";
import { EngineApi } from "./api.ts";
import { createFetch } from "./fetch.ts";

type Files = Readonly<Record<string, string>>;

function tarOf(files: Files): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(files).map(([name, text]) => {
    const data = encode(text);
    return { header: tarHeader({ name, type: "file", size: data.length }), data };
  });
  return packTar(entries).slice();
}

async function machine() {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  const call = createFetch(new EngineApi(engine));
  const build = async (files: Files, query = "", headers = {}): Promise<readonly Record<string, unknown>[]> => {
    const request = new Request(`http://docker/build?${query}`, { method: "POST", headers, body: tarOf(files) });
    const lines = (await (await call(request)).text()).trim().split("\r\n");
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  return { engine, build };
}

it("shows what is written to standard error in red, each piece as it was written", async () => {
  const { build } = await machine();
  const told = await build({ Dockerfile: "FROM busybox\nRUN echo out; echo err >&2" });
  const streams = told.map(({ stream }) => stream);
  expect(streams).toContain("out\n");
  expect(streams).toContain("\u001b[91merr\n\u001b[0m");
});

it("leaves out the ignore file and the Dockerfile where the patterns do", async () => {
  const { engine, build } = await machine();
  const files = { "own.df": "FROM busybox\nCOPY . /src", ".dockerignore": ".dockerignore\nown.df\nkept", kept: "k" };
  await build(files, "dockerfile=own.df&t=left");
  expect((await engine.docker("run --rm left ls -A /src")).stdout).toBe("kept\n");
  await build({ ...files, ".dockerignore": "other" }, "dockerfile=own.df&t=all");
  expect((await engine.docker("run --rm all ls -A /src")).stdout).toBe(".dockerignore\nkept\nown.df\n");
});

it("gives RUN further hosts and a shared memory of the wanted size", async () => {
  const { build } = await machine();
  const Dockerfile = "FROM busybox\nRUN grep extra /etc/hosts; df -k /dev/shm | awk 'END{print $2}'";
  const told = await build({ Dockerfile }, "extrahosts=extra.test:10.1.2.3&shmsize=1048576");
  expect(told.map(({ stream }) => stream).join("")).toMatch(/10\.1\.2\.3\textra\.test\n.*1024\n/s);
});

it("gives RUN /dev/null for what comes in, and pipes of its user for what goes out", async () => {
  const { build } = await machine();
  const Dockerfile = "FROM busybox\nUSER 33\nRUN readlink /proc/self/fd/0; echo out > /dev/stdout";
  const streams = (await build({ Dockerfile })).map(({ stream }) => stream);
  expect(streams).toEqual(expect.arrayContaining(["/dev/null\n", "out\n"]));
});

it("pulls what it stands on again where that is asked for, and tells of it", async () => {
  const { engine, build } = await machine();
  const pulls = (): number => engine.events.past().filter(({ action }) => action === "pull").length;
  await build({ Dockerfile: "FROM busybox\nCMD true" });
  expect(pulls()).toBe(1);
  await build({ Dockerfile: "FROM busybox\nCMD true" }, "pull=1");
  expect(pulls()).toBe(2);
});

it("pulls what it stands on as who the client is at its registry", async () => {
  const { engine, build } = await machine();
  const auth = { scheme: "basic" as const, realm: "registry.test", users: { ann: "secret" } };
  engine.registries.add("registry.test", new Registry({ auth }).fetch);
  engine.logins.set("registry.test", { username: "ann", password: "secret" });
  await engine.docker("tag busybox registry.test/own:1");
  await engine.docker("push -q registry.test/own:1");
  await engine.docker("rmi registry.test/own:1");
  engine.logins.clear();
  const files = { Dockerfile: "FROM registry.test/own:1" };
  expect((await build(files)).at(-1)).toMatchObject({ error: "no basic auth credentials" });
  const known = btoa(JSON.stringify({ "https://registry.test/v2/": { username: "ann", password: "secret" } }));
  expect((await build(files, "", { "X-Registry-Config": known })).at(-1)).toMatchObject({
    stream: expect.stringContaining("Successfully built"),
  });
});

it("uses no cache but that of the images that are named as one", async () => {
  const { build } = await machine();
  const files = { Dockerfile: "FROM busybox\nRUN touch a\nRUN touch b" };
  const cached = async (query: string): Promise<number> =>
    (await build(files, query)).filter(({ stream }) => stream === " ---> Using cache\n").length;
  expect(await cached("t=one")).toBe(0);
  expect(await cached(`cachefrom=${encodeURIComponent('["one"]')}`)).toBe(2);
  expect(await cached(`cachefrom=${encodeURIComponent('["nosuch"]')}`)).toBe(0);
});

it("runs on a network of the user's, finds there who it is with, and says when there is none", async () => {
  const { engine, build } = await machine();
  await engine.docker("network create --subnet 10.9.0.0/24 own");
  await engine.docker("run -d --name web --network own --network-alias target.docker busybox sleep 1000");
  const script =
    "ping -c1 target.docker > /dev/null && echo reached; ip a | grep -o 10.9.0.3; grep -v '#' /etc/resolv.conf";
  const Dockerfile = `FROM busybox\nRUN ${script}`;
  const told = (await build({ Dockerfile }, "networkmode=own")).map(({ stream }) => stream).join("");
  expect(told).toMatch(/reached\n10\.9\.0\.3\n\nnameserver 127\.0\.0\.11\noptions ndots:0\n/);
  expect((await engine.docker("network inspect -f '{{len .Containers}}' own")).stdout).toBe("1\n");
  expect((await build({ Dockerfile }, "networkmode=nosuch&nocache=1")).at(-1)).toMatchObject({
    error: "failed to set up container networking: network nosuch not found",
  });
  const alone = { Dockerfile: "FROM busybox\nRUN ping -c1 target.docker" };
  expect((await build(alone, "networkmode=none")).at(-1)).toMatchObject({ errorDetail: { code: 1 } });
});

it("tells of tags as people write them, with the tag that is usual", async () => {
  const { build } = await machine();
  const told = await build({ Dockerfile: "FROM busybox\nCMD x" }, "t=docker.io/library/own&t=localhost:5000/own");
  const tagged = told.map(({ stream }) => stream).filter((line) => `${line}`.startsWith("Successfully tagged"));
  expect(tagged).toEqual(["Successfully tagged own:latest\n", "Successfully tagged localhost:5000/own:latest\n"]);
});

const CHOWN_PROBLEM = "unable to convert uid/gid chown string to host mapping: ";

it.each([
  ["nosuch", "can't find uid for user nosuch: no such user: nosuch"],
  ["nosuch:root", "can't find uid for user nosuch: no such user: nosuch"],
  ["0:nosuch", "can't find gid for group nosuch: no such group: nosuch"],
  [":root", "can't find uid for user : no such user: "],
  ["root:", "can't find gid for group : no such group: "],
  ["1x", "can't find uid for user 1x: no such user: 1x"],
  ["1:2:3", "invalid chown string format: 1:2:3"],
])("refuses --chown=%s", async (owner, problem) => {
  const { build } = await machine();
  const told = await build({ Dockerfile: `FROM busybox\nCOPY --chown=${owner} f /f`, f: "" });
  expect(told.at(-1)).toMatchObject({ error: CHOWN_PROBLEM + problem });
  expect(told.at(-2)).toEqual({ stream: "\n" });
});

it("says where it has looked for owners", async () => {
  const { build } = await machine();
  const inScratch = await build({ Dockerfile: "FROM scratch\nCOPY --chown=nosuch f /f", f: "" });
  expect(inScratch.at(-1)?.error).toMatch(
    /: can't find uid for user nosuch: open \/var\/lib\/docker\/overlay2\/[0-9a-f]{64}\/diff\/etc\/passwd: no such file or directory$/,
  );
  const gone = "FROM busybox\nRUN rm /etc/group; ln -s nothere /etc/group\nCOPY --chown=root f /f";
  expect((await build({ Dockerfile: gone, f: "" })).at(-1)?.error).toMatch(
    /: can't find gid for group root: open \S+\/merged\/etc\/nothere: no such file or directory$/,
  );
  const directory = "FROM busybox\nRUN rm /etc/passwd; mkdir /etc/passwd\nCOPY --chown=bin f /f";
  expect((await build({ Dockerfile: directory, f: "" })).at(-1)?.error).toMatch(
    /: can't find uid for user bin: read \S+\/merged\/etc\/passwd: is a directory$/,
  );
});

it("takes the group that is called as the user, and numbers without looking them up", async () => {
  const { build } = await machine();
  const ownerOf = async (before: string, owner: string): Promise<string | undefined> => {
    const Dockerfile = `FROM busybox\n${before}\nCOPY --chown=${owner} f /f\nRUN stat -c %u:%g /f`;
    const told = await build({ Dockerfile, f: "" }, "nocache=1");
    return told.map(({ stream, error }) => String(stream ?? error)).find((text) => /^(\d+:\d+\n$|unable)/.test(text));
  };
  const user = "RUN echo u:x:9:7:::/bin/sh >>/etc/passwd";
  expect(await ownerOf(user, "u")).toBe(`${CHOWN_PROBLEM}can't find gid for group u: no such group: u`);
  expect(await ownerOf(`${user}; echo u:x:70: >>/etc/group`, "u")).toBe("9:70\n");
  expect(await ownerOf("RUN rm /etc/passwd /etc/group", "5")).toBe("5:5\n");
  expect(await ownerOf("ENV a=b", "3000000000:+6")).toBe("3000000000:6\n");
  expect(await ownerOf("ENV a=b", "-1")).toBe("0:0\n");
});

it("leaves the files of an archive whose they are, whatever --chown says", async () => {
  const { build } = await machine();
  const archive = new TextDecoder().decode(tarOf({ g: "" }));
  const Dockerfile = "FROM busybox\nADD --chown=5:6 a.tar /x\nADD --chown=5:6 f /f\nRUN stat -c %n:%u:%g /x /x/g /f";
  const told = await build({ Dockerfile, "a.tar": archive, f: "" });
  expect(told).toContainEqual({ stream: "/x:0:0\n/x/g:0:0\n/f:5:6\n" });
});

it.each([
  ["memory=4194304", "Minimum memory limit allowed is 6MB"],
  ["memory=8388608&memswap=7340032", "Minimum memoryswap limit should be larger than memory limit, see usage"],
  ["memswap=5242880", "You should always set the Memory limit when using Memoryswap limit, see usage"],
  ["cpuquota=10", "CPU cfs quota can not be less than 1ms (i.e. 1000)"],
  ["cpuperiod=10", "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"],
  ["cpusetmems=7", "Requested memory nodes are not available - requested 7, available: 0"],
])("refuses %s when a step needs a container", async (query, problem) => {
  const { build } = await machine();
  const files = { Dockerfile: "FROM busybox\nCOPY f /f\nENV a=b\nRUN echo hi", f: "" };
  const told = await build(files, query);
  expect(told.slice(-3)).toMatchObject([{ stream: "Step 3/4 : ENV a=b" }, { stream: "\n" }, { error: problem }]);
  expect((await build({ Dockerfile: "ARG B=busybox\nFROM $B\nRUN echo of $B" }, query)).at(-1)).toMatchObject({
    error: problem,
  });
  expect((await build({ Dockerfile: "FROM busybox\nCOPY f /f", f: "" }, query)).at(-1)).not.toHaveProperty("error");
  await build(files);
  expect((await build(files, query)).at(-1)).not.toHaveProperty("error");
});

it("limits what RUN may use", async () => {
  const { build } = await machine();
  const limits = "RUN cd /sys/fs/cgroup; cat memory.max cpu.max cpuset.cpus";
  const told = await build({ Dockerfile: `FROM busybox\n${limits}` }, "memory=8388608&cpuquota=50000&cpusetcpus=0");
  expect(told.map(({ stream }) => stream).join("")).toContain("8388608\n50000 100000\n0\n");
});

const STAGES = `FROM busybox AS one
ENV a=b
RUN echo a >/a
FROM one AS two
RUN echo b >/b
FROM busybox
ENV a=b
COPY --from=two /b /b
COPY [ "with blank", "/c" ]`;

it("names images that are there, and the same one where it is the same", async () => {
  const { engine, build } = await machine();
  const told = await build({ Dockerfile: STAGES, "with blank": "" }, "t=all");
  const named = told.flatMap(({ stream }) => / ---> ([0-9a-f]{12})\n/.exec(`${stream}`)?.[1] ?? []);
  const [base, env, one, again, two, third, cached, copied, last] = named;
  expect([again, third, cached]).toEqual([one, base, env]);
  for (const id of named) expect(engine.images.find(id)?.id).toContain(id);
  const stages = told.flatMap(({ aux }) => (aux as { ID: string } | undefined)?.ID.slice(7, 19) ?? []);
  expect(stages).toEqual([one, two, last]);
  expect((await engine.docker("history -q all")).stdout).toBe([last, copied, env, base, ""].join("\n"));
  expect((await engine.docker(`run --rm ${two} cat /a /b`)).stdout).toBe("a\nb\n");
  expect((await engine.docker("history --no-trunc --format '{{.CreatedBy}}' all")).stdout).toMatch(
    /^.* COPY file:\S* in \/c/,
  );
  await engine.docker("rmi all");
  expect(engine.images.find(copied ?? "")).toBeUndefined();
  expect(engine.images.find(two ?? "")?.id).toContain(two);
});

it("runs its steps in containers, of which there are events", async () => {
  const { engine, build } = await machine();
  const before = engine.events.past().length;
  await build({ Dockerfile: "FROM busybox\nENV a=b\nRUN true\nCOPY f /f", f: "" });
  const seen = engine.events.past().slice(before);
  expect(seen.map(({ type, action }) => `${type} ${action}`)).toEqual([
    ...["container create", "image create", "container destroy"],
    ...["container create", "container attach", "network connect", "container start", "network disconnect"],
    ...["container die", "image create", "container destroy"],
  ]);
});

it("runs in the network of another container", async () => {
  const { engine, build } = await machine();
  await engine.docker("run -d --name web --hostname inside busybox sleep 1000");
  const Dockerfile = "FROM busybox\nRUN ip -o -4 addr show eth0 | grep -o 172.17.0.2; hostname";
  const told = (await build({ Dockerfile }, "networkmode=container:web")).map(({ stream }) => stream).join("");
  expect(told).toContain("172.17.0.2\ninside\n");
  expect((await build({ Dockerfile }, "networkmode=container:nosuch&nocache=1")).at(-1)).toMatchObject({
    error: expect.stringContaining("No such container: nosuch"),
  });
});

it("ends the container of a step when nobody waits for the build any more", async () => {
  const { engine } = await machine();
  const gone = new AbortController();
  const body = tarOf({ Dockerfile: "FROM busybox\nRUN sleep 1000" });
  const reply = await createFetch(new EngineApi(engine))(
    new Request("http://docker/build?rm=1", { method: "POST", body, signal: gone.signal }),
  );
  const reader = reply.body?.getReader();
  for (let told = ""; !told.includes("Running in"); ) {
    const { value } = (await reader?.read()) ?? {};
    told += new TextDecoder().decode(value);
  }
  await engine.world.until(() => engine.containers.list().length === 1, { what: "the step to run" });
  gone.abort();
  await reader?.cancel().catch(() => undefined);
  await engine.world.until(() => engine.containers.list({ all: true }).length === 0, { what: "the step to end" });
});

it("takes steps from an image that came from elsewhere where that is named, and gives them images again", async () => {
  const { engine, build } = await machine();
  const files = { Dockerfile: "FROM busybox\nENV a=b\nRUN echo a >/a\nRUN echo b >/b" };
  const cached = async (query: string): Promise<number> =>
    (await build(files, query)).filter(({ stream }) => stream === " ---> Using cache\n").length;
  expect(await cached("t=kept")).toBe(0);
  const { id } = engine.images.get("kept");
  const archive = engine.images.save(["kept"]);
  await engine.docker("rmi -f kept");
  engine.images.load(archive);
  expect(await cached("")).toBe(0);
  expect(await cached(`t=again&cachefrom=${encodeURIComponent('["kept"]')}`)).toBe(3);
  expect(engine.images.get("again").id).toBe(id);
});
