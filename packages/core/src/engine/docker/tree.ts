/** All commands of `docker` by their names. Model: docker/cli cli/command/commands. */
import type { Command } from "./command.ts";
import { login, logout, search } from "./commands/accounts.ts";
import { bake } from "./commands/bake.ts";
import { build, pruneBuilder } from "./commands/build.ts";
import { buildxBuild } from "./commands/buildx.ts";
import { buildxInspect, buildxLs, buildxRm, buildxStop, buildxUse, buildxVersion } from "./commands/buildx-builders.ts";
import { buildxDu, buildxPrune } from "./commands/buildx-cache.ts";
import { buildxCreate } from "./commands/buildx-create.ts";
import * as containers from "./commands/containers.ts";
import { CONTEXT_COMMANDS } from "./commands/contexts.ts";
import { commit, cp } from "./commands/cp.ts";
import { create, run } from "./commands/create.ts";
import { exec } from "./commands/exec.ts";
import { FOREIGN_COMMANDS, GROUPS, type GroupText } from "./commands/groups.ts";
import * as images from "./commands/images.ts";
import { imagetoolsCreate, imagetoolsInspect } from "./commands/imagetools.ts";
import { ps, stats } from "./commands/listing.ts";
import { MANIFEST_COMMANDS } from "./commands/manifest.ts";
import * as networks from "./commands/networks.ts";
import { PLUGIN_COMMANDS, TRUST_COMMANDS, TRUST_KEY_COMMANDS, TRUST_SIGNER_COMMANDS } from "./commands/plugins.ts";
import { pull, push } from "./commands/registry.ts";
import { SERVICE_COMMANDS } from "./commands/services.ts";
import { STACK_COMMANDS } from "./commands/stack.ts";
import { SWARM_COMMANDS } from "./commands/swarm.ts";
import * as system from "./commands/system.ts";
import { update } from "./commands/update.ts";
import * as volumes from "./commands/volumes.ts";

/** A command of the real client that means nothing here: it is known, but its options are not. */
export interface ForeignCommand {
  readonly kind: "foreign";
  readonly usage: string;
  readonly summary: string;
}

/** Commands below a common name. */
export interface Group {
  readonly kind: "group";
  readonly usage: string;
  readonly summary: string;
  /** The text of `--help` where it is more than the summary. */
  readonly description?: string;
  /** `--help` says that it may change. */
  readonly isExperimental?: boolean;
  readonly entries: ReadonlyMap<string, Entry>;
  /** Listed among the commands of Swarm. */
  readonly swarm: boolean;
}

export type Node = Command | ForeignCommand | Group;

export interface Entry {
  readonly node: Node;
  /** Other names. */
  readonly also?: readonly string[];
  /** Not listed in help. */
  readonly hidden?: boolean;
  /** Place among the common commands. */
  readonly rank?: number;
}

export const isGroup = (node: Node): node is Group => node.kind === "group";

/** The entry under a name or alias. */
export function findEntry(group: Group, name: string): Entry | undefined {
  return group.entries.get(name) ?? [...group.entries.values()].find(({ also }) => also?.includes(name));
}

function group(summary: string, entries: Readonly<Record<string, Node | Entry>>, usage = ""): Group {
  const list = Object.entries(entries).map(
    ([name, entry]) => [name, "node" in entry ? entry : { node: entry }] as const,
  );
  const sorted = list.sort(([a], [b]) => (a < b ? -1 : 1));
  return { kind: "group", usage, summary, entries: new Map(sorted), swarm: false };
}

const TOP_CONTAINER_COMMANDS = {
  attach: containers.attach,
  commit,
  cp,
  create,
  diff: containers.diff,
  exec,
  export: containers.exportContainer,
  kill: containers.kill,
  logs: containers.logs,
  pause: containers.pause,
  port: containers.port,
  rename: containers.rename,
  restart: containers.restart,
  rm: { node: containers.rm, also: ["remove"] },
  run,
  start: containers.start,
  stats,
  stop: containers.stop,
  top: containers.top,
  unpause: containers.unpause,
  update,
  wait: containers.wait,
};

const TOP_IMAGE_COMMANDS = {
  build,
  history: images.history,
  import: images.importImage,
  load: images.load,
  pull,
  push,
  save: images.save,
  tag: images.tag,
};

const MANAGEMENT = {
  builder: group("Manage builds", { build, prune: pruneBuilder }),
  container: group("Manage containers", {
    ...TOP_CONTAINER_COMMANDS,
    inspect: containers.inspectContainer,
    ls: { node: ps, also: ["ps", "list"] },
    prune: containers.pruneContainers,
  }),
  image: group("Manage images", {
    ...TOP_IMAGE_COMMANDS,
    inspect: images.inspectImage,
    ls: { node: images.images, also: ["list"] },
    prune: images.pruneImages,
    rm: { node: images.rmi, also: ["rmi", "remove"] },
  }),
  network: group("Manage networks", {
    connect: networks.connect,
    create: networks.createNetwork,
    disconnect: networks.disconnect,
    inspect: networks.inspectNetwork,
    ls: { node: networks.listNetworks, also: ["list"] },
    prune: networks.pruneNetworks,
    rm: { node: networks.removeNetwork, also: ["remove"] },
  }),
  system: group("Manage Docker", {
    df: system.diskUsage,
    events: system.events,
    info: system.info,
    prune: system.pruneSystem,
  }),
  volume: group(
    "Manage volumes",
    {
      create: volumes.createVolume,
      inspect: volumes.inspectVolume,
      ls: { node: volumes.listVolumes, also: ["list"] },
      prune: volumes.pruneVolumes,
      rm: { node: volumes.removeVolume, also: ["remove"] },
      update: { node: volumes.updateVolume, hidden: true },
    },
    "COMMAND",
  ),
};

const foreign = ([usage, summary]: readonly [usage: string, summary: string]): ForeignCommand => ({
  kind: "foreign",
  usage,
  summary,
});

/** A group by its texts, with the commands that are done here. */
function groupOf(text: GroupText, own: Readonly<Record<string, Node>> = {}): Group {
  const {
    summary,
    description = summary,
    isExperimental = false,
    usage = "",
    also = {},
    hidden = [],
    swarm = false,
  } = text;
  const entries = Object.entries(own).map(([name, node]) => {
    return [name, { node, hidden: hidden.includes(name), also: also[name] ?? [] }] as const;
  });
  return { ...group(summary, Object.fromEntries(entries), usage), description, isExperimental, swarm };
}

const OWN: Readonly<Record<string, Readonly<Record<string, Node>>>> = {
  ...SWARM_COMMANDS,
  context: CONTEXT_COMMANDS,
  manifest: MANIFEST_COMMANDS,
  plugin: PLUGIN_COMMANDS,
  service: SERVICE_COMMANDS,
  stack: STACK_COMMANDS,
  trust: {
    ...TRUST_COMMANDS,
    key: group("Manage keys for signing Docker images", TRUST_KEY_COMMANDS),
    signer: group("Manage entities who can sign Docker images", TRUST_SIGNER_COMMANDS),
  },
};

const OTHERS: Readonly<Record<string, Entry>> = {
  ...mapValues(GROUPS, (text, name) => ({ node: groupOf(text, OWN[name]), hidden: text.isHidden === true })),
  ...mapValues(FOREIGN_COMMANDS, (lines) => ({ node: foreign(lines) })),
};

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T, name: string) => U) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** Commands in the order of `docker --help`. */
const COMMON = [
  "run",
  "exec",
  "ps",
  "build",
  "bake",
  "pull",
  "push",
  "images",
  "login",
  "logout",
  "search",
  "version",
  "info",
];

function ranked(entries: Readonly<Record<string, Node | Entry>>): Record<string, Entry> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const rank = COMMON.indexOf(name);
      const full = "node" in entry ? entry : { node: entry };
      return [name, rank < 0 ? full : { ...full, rank }];
    }),
  );
}

/** `docker` itself. */
export const ROOT: Group = group(
  "A self-sufficient runtime for containers",
  ranked({
    ...TOP_CONTAINER_COMMANDS,
    ...TOP_IMAGE_COMMANDS,
    ...MANAGEMENT,
    ...OTHERS,
    events: system.events,
    images: images.images,
    info: system.info,
    inspect: system.inspect,
    login,
    logout,
    ps,
    rmi: images.rmi,
    search,
    version: system.version,
  }),
  "[OPTIONS] COMMAND [ARG...]",
);

const foreignGroup = (summary: string, commands: Readonly<Record<string, readonly [usage: string, summary: string]>>) =>
  group(
    summary,
    mapValues(commands, (lines) => foreign(lines)),
  );

/** What the plugin buildx understands. Texts: docker/buildx commands (Apache-2.0). */
export const BUILDX: Group = group("Extended build capabilities with BuildKit", {
  bake: { node: bake, also: ["f"] },
  create: buildxCreate,
  "dial-stdio": foreign(["", "Proxy current stdio streams to builder instance"]),
  history: group("Commands to work on build records", {
    export: foreign(["[OPTIONS] [REF...]", "Export build records into Docker Desktop bundle"]),
    import: foreign(["[OPTIONS] -", "Import build records into Docker Desktop"]),
    inspect: foreignGroup("Inspect a build record", {
      attachment: ["[OPTIONS] [REF [DIGEST]]", "Inspect a build record attachment"],
    }),
    logs: foreign(["[OPTIONS] [REF]", "Print the logs of a build record"]),
    ls: foreign(["[OPTIONS]", "List build records"]),
    open: foreign(["[OPTIONS] [REF]", "Open a build record in Docker Desktop"]),
    rm: foreign(["[OPTIONS] [REF...]", "Remove build records"]),
  }),
  imagetools: group("Commands to work on images in registry", { create: imagetoolsCreate, inspect: imagetoolsInspect }),
  build: { node: buildxBuild, also: ["b"] },
  du: buildxDu,
  inspect: buildxInspect,
  ls: buildxLs,
  prune: buildxPrune,
  rm: buildxRm,
  stop: buildxStop,
  use: buildxUse,
  version: buildxVersion,
});
