/** `docker manifest`. Texts are those of docker 28.2.2 at a registry of Docker's own (distribution 2.8). */
import { expect, it } from "vitest";
import { encode } from "../../../lib/index.ts";
import { digestOf } from "../../../oci/index.ts";
import { Registry } from "../../../registry/index.ts";
import { createEngine } from "../../index.ts";
import { A, DOCKER, HOST, OCI, world } from "../testing/registry-world.ts";

const LIST = `${HOST}/cm/l:1`;

const refused = (stderr: string) => ({ exitCode: 1, stdout: "", stderr: `${stderr}\n` });
const said = (stdout: string) => ({ exitCode: 0, stdout, stderr: "" });

it("makes lists, adds to them when it is told to, and pushes them with what they name", async () => {
  const { engine, manifests } = await world();
  const digest = (name: string): string => digestOf(encode(manifests[name] ?? ""));
  const run = (line: string) => engine.docker(`manifest ${line}`);
  expect(await run(`create --insecure ${LIST} ${A}:arm`)).toEqual(said(`Created manifest list ${LIST}\n`));
  expect(await run(`create --insecure ${LIST} ${A}:amd`)).toEqual(
    refused("refusing to amend an existing manifest list with no --amend flag"),
  );
  expect(await run(`create --insecure -a ${LIST} ${A}:amd`)).toEqual(said(`Created manifest list ${LIST}\n`));
  const entry = (name: string, platform: string) => `      {
         "mediaType": "${DOCKER}",
         "size": ${manifests[name]?.length},
         "digest": "${digest(name)}",
         "platform": {
${platform}
         }
      }`;
  const amd = entry("amd", '            "architecture": "amd64",\n            "os": "linux"');
  const list = (arm: string) => `{
   "schemaVersion": 2,
   "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
   "manifests": [
${amd},
${entry("arm", arm)}
   ]
}`;
  const arm64 = '            "architecture": "arm64",\n            "os": "linux",\n            "variant": "v8"';
  expect(await run(`inspect ${LIST}`)).toEqual(said(`${list(arm64)}\n`));
  const annotations = "--variant v7 --os linux --arch arm --os-features a,b --os-version 10";
  expect(await run(`annotate ${LIST} ${A}:arm ${annotations}`)).toEqual(said(""));
  const arm = `            "architecture": "arm",
            "os": "linux",
            "os.version": "10",
            "os.features": [
               "a",
               "b"
            ],
            "variant": "v7"`;
  const pushed = ["amd", "arm"].map((name) => `Pushed ref ${HOST}/cm/l@${digest(name)} with digest: ${digest(name)}\n`);
  expect(await run(`push ${LIST}`)).toEqual(said(`${pushed.join("")}${digestOf(encode(list(arm)))}\n`));
  expect(await run(`push -p ${LIST}`)).toMatchObject({ exitCode: 0 });
  expect(await run(`push ${LIST}`)).toEqual(refused(`No such manifest: ${LIST}`));
  expect(await run(`inspect --insecure ${LIST}`)).toEqual(said(`${list(arm)}\n`));
  expect(JSON.parse((await run(`inspect -v --insecure ${LIST}`)).stdout)).toMatchObject([
    { Ref: `${LIST}@${digest("amd")}` },
    { Ref: `${LIST}@${digest("arm")}`, Descriptor: { platform: { "os.version": "10" } } },
  ]);
  expect(await run(`create --insecure ${A}:l ${LIST}`)).toEqual(refused(`${LIST} is a manifest list`));
});

it("shows the manifest of an image as the registry has it, with tabs, and more of it when it is asked for more", async () => {
  const { engine, manifests } = await world();
  const whole = JSON.parse(manifests["oci"] ?? "");
  const { stdout } = await engine.docker(`manifest inspect --insecure ${A}:oci`);
  expect(stdout).toBe(`${JSON.stringify(whole, undefined, "\t")}\n`);
  const verbose = await engine.docker(`manifest inspect --insecure -v ${A}:oci`);
  const descriptor = {
    mediaType: OCI,
    digest: digestOf(encode(manifests["oci"] ?? "")),
    size: manifests["oci"]?.length,
    platform: { architecture: "amd64", os: "linux" },
  };
  const document = { Ref: `${A}:oci`, Descriptor: descriptor, Raw: btoa(manifests["oci"] ?? ""), OCIManifest: whole };
  expect(verbose.stdout).toBe(`${JSON.stringify(document, undefined, "\t")}\n`);
  await engine.docker(`manifest create --insecure ${LIST} ${A}:oci`);
  expect((await engine.docker(`manifest inspect ${LIST} ${A}:oci`)).stdout).toBe(stdout);
  expect((await engine.docker(`manifest inspect ${LIST}`)).stdout).toContain("vnd.oci.image.index.v1+json");
});

it("asks registries without TLS only where it is told to, and pushes to those on the machine itself", async () => {
  const { engine } = await world();
  const plain = createEngine({ seed: 7, insecureRegistries: ["far:5000"] });
  plain.registries.add("far:5000", new Registry().fetch);
  expect(await engine.docker(`manifest inspect ${A}:amd`)).toEqual(refused(`no such manifest: ${A}:amd`));
  expect(await plain.docker("manifest inspect far:5000/a")).toEqual(refused("no such manifest: far:5000/a:latest"));
  await engine.docker(`manifest create --insecure ${A}:l ${A}:amd`);
  expect(await engine.docker(`manifest push ${A}:l`)).toMatchObject({ exitCode: 0 });
});

const BAD = "invalid reference format: repository name (library/Bad) must be lowercase";
const PING = "failed to configure transport: error pinging v2 registry:";
it.each([
  ["inspect Bad", BAD],
  ["create Bad a", `error parsing name for manifest list Bad: ${BAD}`],
  ["annotate Bad b", `annotate: error parsing name for manifest list Bad: ${BAD}`],
  ["annotate b Bad", `annotate: error parsing name for manifest Bad: ${BAD}`],
  ["annotate b c", "manifest for image c does not exist in b"],
  ["inspect b c", "No such manifest: docker.io/library/c:latest"],
  [`inspect --insecure ${A}:none`, `no such manifest: ${A}:none`],
  [`inspect --insecure ${HOST}/none`, `no such manifest: ${HOST}/none:latest`],
  ["inspect 127.0.0.1:9/a", `${PING} Get "https://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused`],
  [`annotate ${LIST} ${A}:amd --arch foo`, "manifest entry for image has unsupported os/arch combination: /foo"],
  [
    `annotate ${LIST} ${A}:amd --os constructor`,
    "manifest entry for image has unsupported os/arch combination: constructor/",
  ],
  ["inspect far", `failed to assemble ManifestDescriptor: ${foreign("docker.io")}`],
  ["push far", foreign("docker.io")],
  ["rm none Bad far other", `No such manifest: docker.io/library/none:latest\n${BAD}\n${missing("other")}`],
])("refuses %s", async (line, problem) => {
  const { engine } = await world();
  await engine.docker(`manifest create --insecure ${LIST} ${A}:amd`);
  await engine.docker(`manifest create --insecure far ${A}:amd`);
  expect(await engine.docker(`manifest ${line}`)).toEqual(refused(problem));
});

function foreign(target: string): string {
  return `cannot use source images from a different registry than the target image: ${HOST} != ${target}`;
}

function missing(name: string): string {
  return `No such manifest: docker.io/library/${name}:latest`;
}

it("keeps what came before a manifest that is not there", async () => {
  const { engine } = await world();
  const line = `manifest create --insecure ${LIST} ${A}:amd ${A}:none`;
  expect(await engine.docker(line)).toEqual(refused(`no such manifest: ${A}:none`));
  expect((await engine.docker(`manifest inspect ${LIST}`)).stdout).toContain('"amd64"');
});

it("says that it is an experiment", async () => {
  const engine = createEngine();
  const { stderr } = await engine.docker("manifest");
  expect(stderr).toContain("\nUsage:  docker manifest COMMAND\n\nThe **docker manifest** command has subcommands");
  expect(
    (await engine.docker("manifest rm --help")).stdout,
  ).toBe(`Usage:  docker manifest rm MANIFEST_LIST [MANIFEST_LIST...]

Delete one or more manifest lists from local storage

EXPERIMENTAL:
  docker manifest rm is an experimental feature.
  Experimental features provide early access to product functionality. These
  features may change between releases without warning, or can be removed from a
  future release. Learn more about experimental features in our documentation:
  https://docs.docker.com/go/experimental/
`);
});
