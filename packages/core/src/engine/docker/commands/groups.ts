/**
 * Groups of commands that say more of themselves than a name and a summary, and commands that the real client has and this
 * one only knows by name. Texts: docker/cli (Apache-2.0).
 */

/** A usage line after the name, and a summary. */
type Lines = readonly [usage: string, summary: string];

export interface GroupText {
  readonly summary: string;
  readonly usage?: string;
  /** Commands that are known by name only. */
  readonly foreign?: Readonly<Record<string, Lines>>;
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
    usage: "COMMAND",
    foreign: {
      annotate: ["[OPTIONS] MANIFEST_LIST MANIFEST", "Add additional information to a local image manifest"],
      create: [
        "MANIFEST_LIST MANIFEST [MANIFEST...]",
        "Create a local manifest list for annotating and pushing to a registry",
      ],
      inspect: ["[OPTIONS] [MANIFEST_LIST] MANIFEST", "Display an image manifest, or manifest list"],
      push: ["[OPTIONS] MANIFEST_LIST", "Push a manifest list to a repository"],
      rm: ["MANIFEST_LIST [MANIFEST_LIST...]", "Delete one or more manifest lists from local storage"],
    },
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
