/** `docker volume …`. Model: docker/cli cli/command/volume. */
import { atLeast, atMost, command, exactly, NONE } from "../command.ts";
import { bool, filter, list, map, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { withFilter } from "../values/filter.ts";
import { label, toMap } from "../values/pairs.ts";
import { CLUSTER_VOLUME_FLAGS, clusterVolumeSpec, isOfCluster } from "./cluster-volume.ts";
import { checkInspectTemplate, FORMAT_HELP, TEMPLATE_HELP } from "./shared.ts";

export const createVolume = command({
  usage: "[OPTIONS] [VOLUME]",
  summary: "Create a volume",
  arity: atMost(1),
  flags: {
    ...CLUSTER_VOLUME_FLAGS,
    driver: text("Specify volume driver name", { short: "d", initial: "local" }),
    label: list("Set metadata for a volume", { entry: label }),
    name: text("Specify volume name", { hidden: true }),
    opt: map("Set driver specific options", { short: "o" }),
  },
  read: ({ flags, operands, changed }) => {
    if (operands.length === 1 && flags.name !== "")
      throw new ValueError(
        "conflicting options: cannot specify a volume-name through both --name and as a positional arg",
      );
    const name = operands[0] ?? flags.name;
    const labels = toMap(flags.label);
    return {
      command: "volume create",
      body: {
        ...(flags.driver === "" ? {} : { Driver: flags.driver }),
        ...(Object.keys(flags.opt).length === 0 ? {} : { DriverOpts: flags.opt }),
        ...(Object.keys(labels).length === 0 ? {} : { Labels: labels }),
        ...(name === "" ? {} : { Name: name }),
        ...(isOfCluster(changed) && { ClusterVolumeSpec: clusterVolumeSpec(flags) }),
      },
    };
  },
});

export const updateVolume = command({
  usage: "[OPTIONS] [VOLUME]",
  summary: "Update a volume (cluster volumes only)",
  arity: exactly(1),
  flags: { availability: text('Cluster Volume availability ("active", "pause", "drain")', { initial: "active" }) },
  read: ({ flags, changed, operands: [name = ""] }) => ({
    command: "volume update",
    name,
    availability: changed.has("availability") ? flags.availability : undefined,
  }),
});

export const removeVolume = command({
  usage: "[OPTIONS] VOLUME [VOLUME...]",
  summary: "Remove one or more volumes",
  description: "Remove one or more volumes. You cannot remove a volume that is in use by a container.",
  aliases: "docker volume rm, docker volume remove",
  arity: atLeast(1),
  flags: { force: bool("Force the removal of one or more volumes", { short: "f" }) },
  read: ({ flags, operands }) => ({ command: "volume rm", volumes: operands, force: flags.force }),
});

export const listVolumes = command({
  usage: "[OPTIONS]",
  summary: "List volumes",
  aliases: "docker volume ls, docker volume list",
  arity: NONE,
  flags: {
    cluster: bool("Display only cluster volumes, and use cluster volume list formatting", { only: "swarm" }),
    filter: filter('Provide filter values (e.g. "dangling=true")', { short: "f" }),
    format: text(FORMAT_HELP),
    quiet: bool("Only display volume names", { short: "q" }),
  },
  read: ({ flags }) => ({
    command: "volume ls",
    filters: flags.filter,
    format: flags.format,
    quiet: flags.quiet,
    cluster: flags.cluster,
  }),
});

export const inspectVolume = command({
  usage: "[OPTIONS] VOLUME [VOLUME...]",
  summary: "Display detailed information on one or more volumes",
  arity: atLeast(1),
  flags: { format: text(TEMPLATE_HELP, { short: "f" }) },
  read: ({ flags, operands }) => {
    checkInspectTemplate(flags.format);
    return { command: "volume inspect", names: operands, format: flags.format };
  },
});

export const pruneVolumes = command({
  usage: "[OPTIONS]",
  summary: "Remove unused local volumes",
  arity: NONE,
  flags: {
    all: bool("Remove all unused volumes, not just anonymous ones", { short: "a" }),
    filter: filter('Provide filter values (e.g. "label=<label>")'),
    force: bool("Do not prompt for confirmation", { short: "f" }),
  },
  read: ({ flags }) => {
    if (flags.all && flags.filter["all"] !== undefined)
      throw new ValueError("conflicting options: cannot specify both --all and --filter all=1");
    const which = flags.all ? "all" : "anonymous";
    return {
      command: "volume prune",
      filters: flags.all ? withFilter(flags.filter, "all", "true") : flags.filter,
      confirm: flags.force
        ? undefined
        : `WARNING! This will remove ${which} local volumes not used by at least one container.\nAre you sure you want to continue?`,
    };
  },
});
