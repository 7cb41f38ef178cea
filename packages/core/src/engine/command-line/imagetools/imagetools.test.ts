/** `docker buildx imagetools`. Texts are those of buildx 0.29.1 at a registry of Docker's own (distribution 2.8). */
import { Volume } from "memfs";
import { expect, it } from "vitest";
import { encode } from "../../../lib/index.ts";
import { digestOf } from "../../../oci/index.ts";
import type { CommandOptions } from "../index.ts";
import { A, DOCKER, HOST, OCI, world } from "../testing/registry-world.ts";

const refused = (problem: string) => ({ exitCode: 1, stdout: "", stderr: `ERROR: ${problem}\n` });

async function tools() {
  const { engine, manifests } = await world();
  const digest = (name: string): string => digestOf(encode(manifests[name] ?? ""));
  const run = (line: string | readonly string[], options: CommandOptions = {}) =>
    engine.docker(["buildx", "imagetools", ...(typeof line === "string" ? line.split(" ") : line)], options);
  const descriptor = (name: string, mediaType: string, architecture: string, annotations?: object) => ({
    ...{ mediaType, digest: digest(name), size: manifests[name]?.length },
    ...(annotations && { annotations }),
    platform: { architecture, os: "linux" },
  });
  return { run, manifests, digest, descriptor };
}

const text = (document: unknown): string => `${JSON.stringify(document, undefined, 2)}\n`;
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";

it("puts images together: what is Docker's alone in a list of Docker's", async () => {
  const { run, descriptor } = await tools();
  const amd = descriptor("amd", DOCKER, "amd64");
  const list = { schemaVersion: 2, mediaType: DOCKER_LIST, manifests: [amd, descriptor("arm", DOCKER, "arm64")] };
  expect(await run(`create --dry-run ${A}:amd ${A}:arm`)).toEqual({ exitCode: 0, stdout: text(list), stderr: "" });
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [amd, descriptor("oci", OCI, "amd64")] };
  expect((await run(`create --dry-run ${A}:amd ${A}:oci`)).stdout).toBe(text(index));
  expect((await run(`create --dry-run ${amd.digest} ${A}:arm`)).stdout).toBe(text(list));
});

it("keeps a single image as it is where it is told to, and a single index always", async () => {
  const { run, manifests, descriptor } = await tools();
  const list = { schemaVersion: 2, mediaType: DOCKER_LIST, manifests: [descriptor("amd", DOCKER, "amd64")] };
  expect((await run(`create --dry-run ${A}:amd`)).stdout).toBe(text(list));
  expect((await run(`create --dry-run --prefer-index=false ${A}:amd`)).stdout).toBe(`${manifests["amd"]}\n`);
});

it("annotates indexes, and descriptors of one platform or of all", async () => {
  const { run, descriptor } = await tools();
  const annotations = ["index:a=b", "manifest-descriptor:c=d", "manifest-descriptor[linux/arm64]:e=f"];
  const options = annotations.flatMap((one) => ["--annotation", one]);
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [descriptor("oci", OCI, "amd64", { c: "d" }), descriptor("arm", DOCKER, "arm64", { c: "d", e: "f" })],
    annotations: { a: "b" },
  };
  expect((await run(["create", "--dry-run", ...options, `${A}:oci`, `${A}:arm`])).stdout).toBe(text(index));
});

it("pushes an index with what it names to other repositories, and adds to it", async () => {
  const { run, digest, descriptor } = await tools();
  const { exitCode, stdout, stderr } = await run(`create -t ${HOST}/cm/b:1 ${A}:arm`);
  const list = text({ schemaVersion: 2, mediaType: DOCKER_LIST, manifests: [descriptor("arm", DOCKER, "arm64")] });
  const pushed = digestOf(encode(list.trimEnd()));
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  expect(stderr.replace(/\d+\.\d+/g, "T")).toBe(`#1 [internal] pushing ${HOST}/cm/b:1
#1 T copying ${digest("arm")} from ${A}:arm to ${HOST}/cm/b:1
#1 T pushing ${pushed} to ${HOST}/cm/b:1
#1 DONE Ts
`);
  expect(await run(`create --progress quiet -t ${HOST}/cm/b:1 --append ${A}:oci`)).toMatchObject({ stderr: "" });
  expect((await run(`inspect ${HOST}/cm/b:1`)).stdout).toMatch(
    new RegExp(
      `^Name: {6}${HOST}/cm/b:1
MediaType: ${OCI_INDEX}
Digest: {4}sha256:.*
 {11}
Manifests: $
  Name: {6}${HOST}/cm/b:1@${digest("arm")}
  MediaType: ${DOCKER}
  Platform:  linux/arm64
 {13}
  Name: {6}${HOST}/cm/b:1@${digest("oci")}
  MediaType: ${OCI}
  Platform:  linux/amd64
$`.replaceAll("+", "\\+"),
      "m",
    ),
  );
});

it("leaves platforms out", async () => {
  const { run, descriptor } = await tools();
  await run(`create --progress quiet -t ${A}:both ${A}:oci ${A}:arm`);
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [descriptor("arm", DOCKER, "arm64")] };
  expect((await run(`create --dry-run --platform linux/arm64 ${A}:both`)).stdout).toBe(text(index));
  expect(await run(`create --dry-run --platform linux/s390x ${A}:both`)).toEqual(
    refused("none of the manifests match the provided platforms"),
  );
});

it("shows what a registry has: byte for byte, for people, and to templates", async () => {
  const { run, manifests, digest } = await tools();
  expect((await run(`inspect --raw ${A}:amd`)).stdout).toBe(manifests["amd"]);
  const whole = `Name:      ${A}:amd\nMediaType: ${DOCKER}\nDigest:    ${digest("amd")}\n`;
  expect((await run(`inspect ${A}:amd`)).stdout).toBe(whole);
  const format = async (template: string, name = `${A}:amd`): Promise<string> => {
    const { stdout, stderr } = await run(["inspect", "--format", template, name]);
    return stdout + stderr;
  };
  expect(await format("{{.Manifest.Size}}")).toBe(whole);
  expect(await format("{{.Name}} {{.Manifest.Size}} {{.Image.OS}}")).toBe(`${A}:amd ${manifests["amd"]?.length} linux`);
  expect(await format("{{json .SBOM}}{{json .Provenance}}")).toBe("{}{}");
  expect(JSON.parse(await format("{{json .}}"))).toMatchObject({
    name: `${A}:amd`,
    manifest: { mediaType: DOCKER, digest: digest("amd"), size: manifests["amd"]?.length },
    image: { architecture: "amd64", os: "linux" },
  });
  expect(await format("{{.Foo}}")).toBe(
    'ERROR: template: :1:2: executing "" at <.Foo>: can\'t evaluate field Foo in type imagetools.tplInput\n',
  );
  expect(await format("{{.Image.os}}")).toBe(
    'ERROR: template: :1:8: executing "" at <.Image.os>: can\'t evaluate field os in type *v1.Image\n',
  );
  expect(await format("{{upper .Name}}")).toBe('ERROR: template: :1: function "upper" not defined\n');
  await run(`create --progress quiet -t ${A}:both ${A}:oci ${A}:arm`);
  expect(await format('{{(index .Image "linux/arm64").Variant}}', `${A}:both`)).toBe("v8");
  expect(await format("{{range .Manifest.Manifests}}{{.Platform.Architecture}} {{end}}", `${A}:both`)).toContain(
    "arm64",
  );
});

const SOURCES = "valid sources are digests, references and descriptors";
it.each([
  ["create", "no sources specified"],
  [`create ${A}:amd`, "can't push with no tags specified, please set --tag or --dry-run"],
  [`create --dry-run ${A}:none`, `${A}:none: not found`],
  [`create --dry-run --annotation a=b ${A}:oci`, '"" annotations are not supported yet'],
  [
    `create --dry-run --annotation index-descriptor:a=b ${A}:oci`,
    '"index-descriptor" annotations are invalid while creating an image',
  ],
  [
    `create --dry-run --annotation x ${A}:amd`,
    'failed to parse annotations: invalid annotation "x", expected key=value',
  ],
  [
    `create --dry-run sha256:abc ${A}:arm`,
    `failed to parse source "sha256:abc", ${SOURCES}: invalid checksum digest length`,
  ],
  ["create --dry-run -f bad /a", `failed to parse source "{", ${SOURCES}: unexpected end of JSON input`],
  [`create --dry-run -f none ${A}:arm`, "open none: no such file or directory"],
  ["create --dry-run -f some", "no repositories specified, please set a reference in tag or source"],
  [
    `create --dry-run -f some ${A}:amd ${HOST}/cm/b`,
    'multiple repositories specified, cannot infer repository for "{\\"digest\\":\\"x\\"}"',
  ],
  [
    `create --dry-run --platform a/b/c/d ${A}:amd`,
    'invalid platform "a/b/c/d": "a/b/c/d": cannot parse platform specifier: invalid argument',
  ],
  [`create --progress foo -t ${A}:n ${A}:amd`, "invalid progress mode foo"],
  ["inspect --builder none x", 'no builder "none" found'],
  ["inspect --raw --format x y", "format and raw cannot be used together"],
  ["inspect Bad", "invalid reference format: repository name (library/Bad) must be lowercase"],
  [
    "inspect 127.0.0.1:9/a",
    'failed to do request: Head "http://127.0.0.1:9/v2/a/manifests/latest": dial tcp 127.0.0.1:9: connect: connection refused',
  ],
])("refuses %s", async (line, problem) => {
  const { run } = await tools();
  const disk = Volume.fromJSON({ "/bad": "{", "/some": '{"digest":"x"}' });
  expect(await run(line, { disk: disk as never })).toEqual(refused(problem));
});
