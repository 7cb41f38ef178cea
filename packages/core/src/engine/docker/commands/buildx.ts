/**
 * `docker buildx build`, which is also what `docker build` means where buildx is installed.
 *
 * Only the options are read: attestations, outputs, secrets and caches stay texts for the builder. Texts: docker/buildx
 * commands/build.go (Apache-2.0).
 */
import { command, exactly } from "../command.ts";
import { bool, bytes, integer, listOf, shorthand, strings, text, texts } from "../flags/flag.ts";
import { parseUlimit } from "../values/resources.ts";
import { sortedUlimits } from "./create-body.ts";

/** Options of the classic builder: buildx reads them and does nothing about them. */
const IGNORED = {
  compress: bool("Compress the build context using gzip", { hidden: true }),
  "cpu-period": integer("Limit the CPU CFS (Completely Fair Scheduler) period", { hidden: true }),
  "cpu-quota": integer("Limit the CPU CFS (Completely Fair Scheduler) quota", { hidden: true }),
  "cpu-shares": integer("CPU shares (relative weight)", { hidden: true, short: "c" }),
  "cpuset-cpus": text("CPUs in which to allow execution (0-3, 0,1)", { hidden: true }),
  "cpuset-mems": text("MEMs in which to allow execution (0-3, 0,1)", { hidden: true }),
  "force-rm": bool("Always remove intermediate containers", { hidden: true }),
  isolation: text("Container isolation technology", { hidden: true }),
  memory: text("Memory limit", { hidden: true, short: "m" }),
  "memory-swap": text("Swap limit equal to memory plus swap: -1 to enable unlimited swap", { hidden: true }),
  rm: bool("Remove intermediate containers after a successful build", { hidden: true, initial: true }),
  "security-opt": strings("Security options", { hidden: true }),
  squash: bool("Squash newly built layers into a single new layer", { hidden: true }),
};

/** What is said of some of them, in the order of names. @see docker/buildx commands/build.go: checkWarnedFlags */
const DEPRECATED: Readonly<Record<string, string>> = {
  isolation: "isolation flag is deprecated with BuildKit.",
  "security-opt": 'security-opt flag is deprecated. "RUN --security=insecure" should be used with BuildKit.',
  squash:
    "experimental flag squash is removed with BuildKit. You should squash inside build using a multi-stage Dockerfile for efficiency.",
};

export const buildxBuild = command({
  usage: "[OPTIONS] PATH | URL | -",
  summary: "Start a build",
  aliases: "docker build, docker builder build, docker image build, docker buildx b",
  arity: exactly(1),
  flags: {
    ...IGNORED,
    "add-host": strings('Add a custom host-to-IP mapping (format: "host:ip")'),
    allow: texts('Allow extra privileged entitlement (e.g., "network.host", "security.insecure", "device")'),
    annotation: texts("Add annotation to the image"),
    attest: texts('Attestation parameters (format: "type=sbom,generator=image")'),
    "build-arg": texts("Set build-time variables"),
    "build-context": texts("Additional build contexts (e.g., name=path)"),
    builder: text("Override the configured builder instance"),
    "cache-from": texts('External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")'),
    "cache-to": texts('Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir")'),
    call: text('Set method for evaluating build ("check", "outline", "targets")', { initial: "build" }),
    "cgroup-parent": text('Set the parent cgroup for the "RUN" instructions during build'),
    check: shorthand('Shorthand for "--call=check"', { sets: "call", value: "check" }),
    debug: bool("Enable debug logging", { short: "D" }),
    file: text('Name of the Dockerfile (default: "PATH/Dockerfile")', { short: "f" }),
    iidfile: text("Write the image ID to a file"),
    label: texts("Set metadata for an image"),
    load: bool('Shorthand for "--output=type=docker"'),
    "metadata-file": text("Write build result metadata to a file"),
    network: text('Set the networking mode for the "RUN" instructions during build', { initial: "default" }),
    "no-cache": bool("Do not use cache when building the image"),
    "no-cache-filter": texts("Do not cache specified stages"),
    output: texts('Output destination (format: "type=local,dest=path")', { short: "o" }),
    platform: texts("Set target platform for build"),
    progress: text(
      'Set type of progress output ("auto", "none",  "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
      { initial: "auto" },
    ),
    print: text("Print result of information request (outline, targets)", { hidden: true }),
    provenance: text('Shorthand for "--attest=type=provenance"'),
    pull: bool("Always attempt to pull all referenced images"),
    push: bool('Shorthand for "--output=type=registry"'),
    quiet: bool("Suppress the build output and print image ID on success", { short: "q" }),
    sbom: text('Shorthand for "--attest=type=sbom"'),
    secret: texts('Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
    "shm-size": bytes("Shared memory size for build containers"),
    ssh: texts('SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")'),
    tag: texts('Name and optionally a tag (format: "name:tag")', { short: "t" }),
    target: text("Set the target build stage to build"),
    ulimit: listOf("Ulimit options", { type: "ulimit", shown: "[]", entry: parseUlimit }),
  },
  read: ({ flags, operands: [context = ""], changed, warn }) => {
    for (const [name, text] of Object.entries(DEPRECATED)) if (changed.has(name)) warn(`WARNING: ${text}`);
    return {
      command: "buildx build",
      context,
      file: flags.file,
      tags: flags.tag,
      target: flags.target,
      buildArgs: flags["build-arg"],
      buildContexts: flags["build-context"],
      labels: flags.label,
      annotations: flags.annotation,
      attestations: [
        ...flags.attest,
        ...(flags.provenance === "" ? [] : [`type=provenance,${flags.provenance}`]),
        ...(flags.sbom === "" ? [] : [`type=sbom,${flags.sbom}`]),
      ],
      outputs: [...flags.output, ...(flags.load ? ["type=docker"] : []), ...(flags.push ? ["type=registry"] : [])],
      platforms: flags.platform,
      cacheFrom: flags["cache-from"],
      cacheTo: flags["cache-to"],
      noCache: flags["no-cache"],
      noCacheFilter: flags["no-cache-filter"],
      pull: flags.pull,
      quiet: flags.quiet,
      progress: flags.progress,
      call: flags.print || flags.call,
      secrets: flags.secret,
      ssh: flags.ssh,
      allow: flags.allow,
      extraHosts: flags["add-host"],
      network: flags.network,
      iidFile: flags.iidfile,
      metadataFile: flags["metadata-file"],
      cgroupParent: flags["cgroup-parent"],
      shmSize: flags["shm-size"],
      ulimits: sortedUlimits(flags.ulimit),
      builder: flags.builder,
    };
  },
});
