/** The build cache as clients see it: what it holds, what a prune leaves. Texts and order as Docker 28.5.2's. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../index.ts";

const DOCKERFILE = `FROM busybox AS a
RUN echo img1 > /x
WORKDIR /w
FROM busybox
COPY --from=a /x /y
COPY f /f
RUN --mount=type=cache,target=/c echo hi > /c/f
`;

async function built() {
  const engine = createEngine();
  await engine.images.pull("busybox");
  await engine.build({ context: { files: { Dockerfile: DOCKERFILE, f: "img\n" } }, tags: ["t"] });
  const docker = async (command: string, stdin?: string) => {
    const { stdout, stderr, exitCode } = await engine.docker(command, stdin === undefined ? {} : { stdin });
    return exitCode === 0 ? stdout : `${stdout}${stderr}rc ${exitCode}`;
  };
  const descriptions = () => engine.builder.cacheUsage().map(({ description }) => description);
  return { engine, docker, descriptions };
}

describe("docker buildx du", () => {
  it("lists results, contexts, cache mounts and the layers of the base image", async () => {
    const { docker } = await built();
    const rows = (await docker("buildx du --format json"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const facts = rows.map(({ Description, Type, Mutable, Shared, Size }) => [
      Description,
      Type,
      Mutable,
      Shared,
      Size,
    ]);
    expect(facts).toHaveLength(9);
    for (const fact of [
      ["from local ", "regular", false, true, expect.any(String)],
      ["mount / from exec /bin/sh -c echo img1 > /x", "regular", false, false, "5B"],
      ["[a 3/3] WORKDIR /w", "regular", true, false, "0B"],
      ["[stage-1 2/4] COPY --from=a /x /y", "regular", false, true, "5B"],
      ["[stage-1 3/4] COPY f /f", "regular", false, true, "4B"],
      ["mount / from exec /bin/sh -c echo hi > /c/f", "regular", false, true, "0B"],
      ["local source for dockerfile", "source.local", true, false, "139B"],
      ["local source for context", "source.local", true, false, expect.any(String)],
      ['cached mount /c from exec /bin/sh -c echo hi > /c/f with id "//c"', "exec.cachemount", true, false, "3B"],
    ])
      expect(facts.filter(([description]) => description === fact[0])).toEqual([fact]);
  });

  it("shows a table in which a star marks what can still be changed, and sizes that images share", async () => {
    const { docker } = await built();
    expect(await docker("buildx du --filter type=exec.cachemount")).toMatch(
      /^ID +RECLAIMABLE +SIZE +LAST ACCESSED\n[0-9a-z]{25}\* +true +3B +.* ago\n$/,
    );
    expect(await docker("buildx du --filter description~=COPY")).toMatch(/\n[0-9a-z]{25} +true +5B\* /);
    expect(await docker("buildx du --verbose --filter type=exec.cachemount")).toMatch(
      /^ID: {11}[0-9a-z]{25}\nCreated at: {3}.* \+0000 UTC\nMutable: {6}true\nReclaimable: {2}true\nShared: {7}false\nSize: {9}3B\nDescription: {2}cached .*\nUsage count: {2}1\nLast used: {4}.* ago\nType: {9}exec.cachemount\n\n$/,
    );
  });
});

describe("a prune", () => {
  it("keeps what images have, and with --all leaves nothing", async () => {
    const { docker, descriptions } = await built();
    expect(await docker("buildx prune -f")).toMatch(
      /^ID\t{6}RECLAIMABLE\tSIZE\t\tLAST ACCESSED\n[\s\S]*\nTotal:\t\d+B\n$/,
    );
    expect(descriptions().sort()).toEqual([
      "[stage-1 2/4] COPY --from=a /x /y",
      "[stage-1 3/4] COPY f /f",
      "from local ",
      "mount / from exec /bin/sh -c echo hi > /c/f",
    ]);
    await docker("builder prune -af");
    expect(descriptions()).toEqual([]);
    expect(await docker("run --rm t cat /y /f")).toBe("img1\nimg\n");
    expect(await docker("buildx prune -af")).toBe("Total:\t0B\n");
  });

  it("does not go below what it is asked to keep, and begins with what was not used for longest", async () => {
    const { engine, docker, descriptions } = await built();
    const before = descriptions().length;
    expect(await docker("buildx prune -af --max-used-space 100mb")).toBe("Total:\t0B\n");
    engine.builder.pruneCache({ all: true, maxUsedBytes: 1 });
    expect(descriptions().length).toBeLessThan(before);
  });

  it("removes what a filter accepts, but nothing that others are built on", async () => {
    const { docker, descriptions } = await built();
    const before = descriptions().length;
    expect(await docker("buildx prune -f --filter 'description=mount / from exec /bin/sh -c echo img1 > /x'")).toBe(
      "Total:\t0B\n",
    );
    await docker("buildx prune -f --filter type=exec.cachemount");
    expect(descriptions()).toHaveLength(before - 1);
    expect(await docker("buildx prune -f --filter unused-for=24h")).toBe("Total:\t0B\n");
  });

  it("asks first, and refuses filters that are none", async () => {
    const { docker, descriptions } = await built();
    const before = descriptions().length;
    const question = "WARNING! This will remove all dangling build cache. Are you sure you want to continue? [y/N] ";
    expect(await docker("builder prune")).toBe(question);
    expect(descriptions()).toHaveLength(before);
    expect(await docker("builder prune", "y\n")).toContain(`${question}ID\t`);
    expect(await docker("buildx prune -f --filter until=xx")).toBe(
      'ERROR: "until" filter expects a duration (e.g., \'24h\'): time: invalid duration "xx"\nrc 1',
    );
    expect(await docker("buildx prune -f --filter until=1h --filter unused-for=1h")).toBe(
      'ERROR: conflicting filters "until" and "unused-for"\nrc 1',
    );
  });

  it("forgets an image that was fetched for a build, once nothing is built on it", async () => {
    const engine = createEngine();
    await engine.build({ context: { files: {} }, dockerfile: "FROM busybox\nRUN true\n" });
    const fetched = () =>
      engine.builder.cacheUsage().filter(({ description }) => /^pulled from docker.io/.test(description));
    expect(fetched()).toHaveLength(1);
    for (const image of engine.images.list()) await engine.docker(`rmi -f ${image.id}`);
    expect(fetched()).toMatchObject([{ shared: false }]);
    engine.builder.pruneCache();
    expect(engine.builder.cacheUsage()).toEqual([]);
  });

  it("also comes with docker system prune", async () => {
    const { docker, descriptions } = await built();
    expect(await docker("system prune -f")).toMatch(
      /Deleted build cache objects:\n(?:[0-9a-z]{25}\n)+\nTotal reclaimed/,
    );
    expect(descriptions()).toHaveLength(4);
    expect(await docker("system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}}'")).toContain(
      "Build Cache 4 0 0B",
    );
  });
});
