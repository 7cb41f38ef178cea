/** `docker build` of the classic builder, and `docker builder prune`. Model: docker/cli image/build.go, builder/prune.go. */
import { command, exactly, NONE } from "../command.ts";
import { bool, bytes, filter, integer, list, listOf, single, strings, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { parseReference } from "../reference.ts";
import { extraHost } from "../values/hosts.ts";
import { cut, environmentEntry, fromClient, label, toMap } from "../values/pairs.ts";
import { parseUlimit } from "../values/resources.ts";
import { parseSwap } from "../values/size.ts";
import { sortedUlimits } from "./create-body.ts";
import { PLATFORM_HELP } from "./shared.ts";

export const build = command({
  usage: "[OPTIONS] PATH | URL | -",
  summary: "Build an image from a Dockerfile",
  aliases: "docker image build, docker build, docker builder build",
  arity: exactly(1),
  flags: {
    "add-host": list('Add a custom host-to-IP mapping ("host:ip")', { entry: extraHost }),
    "build-arg": list("Set build-time variables", { entry: environmentEntry }),
    "cache-from": strings("Images to consider as cache sources"),
    "cgroup-parent": text('Set the parent cgroup for the "RUN" instructions during build'),
    compress: bool("Compress the build context using gzip"),
    "cpu-period": integer("Limit the CPU CFS (Completely Fair Scheduler) period"),
    "cpu-quota": integer("Limit the CPU CFS (Completely Fair Scheduler) quota"),
    "cpu-shares": integer("CPU shares (relative weight)", { short: "c" }),
    "cpuset-cpus": text("CPUs in which to allow execution (0-3, 0,1)"),
    "cpuset-mems": text("MEMs in which to allow execution (0-3, 0,1)"),
    "disable-content-trust": bool("Skip image verification", { initial: true }),
    file: text('Name of the Dockerfile (Default is "PATH/Dockerfile")', { short: "f" }),
    "force-rm": bool("Always remove intermediate containers"),
    iidfile: text("Write the image ID to the file"),
    isolation: text("Container isolation technology"),
    label: list("Set metadata for an image", { entry: label }),
    memory: bytes("Memory limit", { short: "m" }),
    "memory-swap": single("Swap limit equal to memory plus swap: -1 to enable unlimited swap", {
      type: "bytes",
      initial: 0,
      read: parseSwap,
    }),
    network: text("Set the networking mode for the RUN instructions during build", { initial: "default" }),
    "no-cache": bool("Do not use cache when building the image"),
    platform: text(PLATFORM_HELP),
    pull: bool("Always attempt to pull a newer version of the image"),
    quiet: bool("Suppress the build output and print image ID on success", { short: "q" }),
    rm: bool("Remove intermediate containers after a successful build", { initial: true }),
    "security-opt": strings("Security options"),
    "shm-size": bytes('Size of "/dev/shm"'),
    squash: bool("Squash newly built layers into a single new layer", { only: "experimental" }),
    tag: list('Name and optionally a tag in the "name:tag" format', { short: "t", entry: imageName }),
    target: text("Set the target build stage to build."),
    ulimit: listOf("Ulimit options", { type: "ulimit", shown: "[]", entry: parseUlimit }),
  },
  read: ({ flags, operands: [context = ""], client }) => {
    if (context === "-" && flags.file === "-")
      throw new ValueError("invalid argument: can't use stdin for both build context and dockerfile");
    const pairs = flags["build-arg"].map((argument) => cut(fromClient(argument, client), "="));
    return {
      command: "build",
      context,
      file: flags.file,
      tags: flags.tag,
      buildArgs: Object.fromEntries(pairs.map(([name, value]) => [name, value ?? null])),
      labels: toMap(flags.label),
      target: flags.target,
      cacheFrom: flags["cache-from"],
      noCache: flags["no-cache"],
      pull: flags.pull,
      quiet: flags.quiet,
      rm: flags.rm,
      forceRm: flags["force-rm"],
      compress: flags.compress,
      squash: flags.squash,
      networkMode: flags.network,
      extraHosts: flags["add-host"],
      platform: flags.platform || (client.env.get("DOCKER_DEFAULT_PLATFORM") ?? ""),
      iidFile: flags.iidfile,
      isolation: flags.isolation,
      securityOptions: flags["security-opt"],
      contentTrust: !flags["disable-content-trust"],
      cgroupParent: flags["cgroup-parent"],
      memory: flags.memory,
      memorySwap: flags["memory-swap"],
      shmSize: flags["shm-size"],
      cpuShares: flags["cpu-shares"],
      cpuPeriod: flags["cpu-period"],
      cpuQuota: flags["cpu-quota"],
      cpusetCpus: flags["cpuset-cpus"],
      cpusetMems: flags["cpuset-mems"],
      ulimits: sortedUlimits(flags.ulimit),
    };
  },
});

function imageName(text: string): string {
  parseReference(text);
  return text;
}

export const pruneBuilder = command({
  usage: "",
  summary: "Remove build cache",
  arity: NONE,
  flags: {
    all: bool("Remove all unused build cache, not just dangling ones", { short: "a" }),
    filter: filter('Provide filter values (e.g. "until=24h")'),
    force: bool("Do not prompt for confirmation", { short: "f" }),
    "keep-storage": bytes("Amount of disk space to keep for cache"),
  },
  read: ({ flags }) => ({
    command: "builder prune",
    all: flags.all,
    keepStorage: flags["keep-storage"],
    filters: flags.filter,
    confirm: flags.force
      ? undefined
      : `WARNING! This will remove all ${flags.all ? "" : "dangling "}build cache. Are you sure you want to continue?`,
  }),
});
