/**
 * Groups of commands that say more of themselves than a name and a summary, and commands that the real client has and this
 * one only knows by name. Texts: docker/cli (Apache-2.0).
 */

/** A usage line after the name, and a summary. */
type Lines = readonly [usage: string, summary: string];

export interface GroupText {
  readonly summary: string;
  /** The text of `--help` where it is more than the summary. */
  readonly description?: string;
  readonly usage?: string;
  /** `--help` says that it may change. */
  readonly isExperimental?: boolean;
  /** Other names by name. */
  readonly also?: Readonly<Record<string, readonly string[]>>;
  /** Not listed in the help of a machine that is in no swarm. */
  readonly hidden?: readonly string[];
  readonly swarm?: boolean;
  /** Not listed as a whole on a machine that is in no swarm and does not experiment. */
  readonly isHidden?: boolean;
}

const LIST = { ls: ["list"] };
const LIST_AND_REMOVE = { ...LIST, rm: ["remove"] };

export const FOREIGN_COMMANDS: Readonly<Record<string, Lines>> = {
  bake: ["[OPTIONS] [TARGET...]", "Build from a file"],
};

const MANIFEST_DESCRIPTION = `The **docker manifest** command has subcommands for managing image manifests and
manifest lists. A manifest list allows you to use one name to refer to the same image
built for multiple architectures.

To see help for a subcommand, use:

    docker manifest CMD --help

For full details on using docker manifest lists, see the registry v2 specification.`;

export const GROUPS: Readonly<Record<string, GroupText>> = {
  config: {
    summary: "Manage Swarm configs",
    swarm: true,
    isHidden: true,
    also: LIST_AND_REMOVE,
  },
  checkpoint: { summary: "Manage checkpoints", isHidden: true },
  context: {
    summary: "Manage contexts",
    also: LIST_AND_REMOVE,
  },
  manifest: {
    summary: "Manage Docker image manifests and manifest lists",
    description: MANIFEST_DESCRIPTION,
    usage: "COMMAND",
    isExperimental: true,
  },
  node: {
    summary: "Manage Swarm nodes",
    swarm: true,
    isHidden: true,
    also: LIST_AND_REMOVE,
  },
  plugin: {
    summary: "Manage plugins",
    also: LIST_AND_REMOVE,
  },
  secret: {
    summary: "Manage Swarm secrets",
    swarm: true,
    isHidden: true,
    also: LIST_AND_REMOVE,
  },
  service: {
    summary: "Manage Swarm services",
    swarm: true,
    isHidden: true,
    also: LIST_AND_REMOVE,
  },
  stack: {
    summary: "Manage Swarm stacks",
    usage: "[OPTIONS]",
    swarm: true,
    isHidden: true,
    also: { ...LIST, deploy: ["up"], rm: ["remove", "down"] },
  },
  swarm: {
    summary: "Manage Swarm",
    swarm: true,
    hidden: ["ca", "join-token", "leave", "unlock", "unlock-key", "update"],
  },
  trust: {
    summary: "Manage trust on Docker images",
  },
};
