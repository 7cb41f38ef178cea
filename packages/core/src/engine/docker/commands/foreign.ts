/**
 * Commands that the real client has and this one only knows by name: stacks, contexts, manifests, plugins, content trust;
 * and what the groups of swarm mode are called, whose commands are elsewhere. Texts: docker/cli (Apache-2.0).
 */

/** A usage line after the name, and a summary. */
type Lines = readonly [usage: string, summary: string];

export interface ForeignGroup {
  readonly summary: string;
  readonly usage?: string;
  readonly commands: Readonly<Record<string, Lines | ForeignGroup>>;
  /** Other names by name. */
  readonly also?: Readonly<Record<string, readonly string[]>>;
  /** Not listed in the help of a machine that is in no swarm. */
  readonly hidden?: readonly string[];
  readonly swarm?: boolean;
  /** Not listed as a whole where there is no swarm. */
  readonly needsSwarm?: boolean;
}

const LIST = { ls: ["list"] };
const LIST_AND_REMOVE = { ...LIST, rm: ["remove"] };

export const FOREIGN_COMMANDS: Readonly<Record<string, Lines>> = {
  bake: ["[OPTIONS] [TARGET...]", "Build from a file"],
};

export const FOREIGN_GROUPS: Readonly<Record<string, ForeignGroup>> = {
  config: {
    summary: "Manage Swarm configs",
    swarm: true,
    needsSwarm: true,
    also: LIST_AND_REMOVE,
    commands: {},
  },
  context: {
    summary: "Manage contexts",
    also: LIST_AND_REMOVE,
    commands: {
      create: ["[OPTIONS] CONTEXT", "Create a context"],
      export: ["[OPTIONS] CONTEXT [FILE|-]", "Export a context to a tar archive FILE or a tar stream on STDOUT."],
      import: ["CONTEXT FILE|-", "Import a context from a tar or zip file"],
      inspect: ["[OPTIONS] [CONTEXT] [CONTEXT...]", "Display detailed information on one or more contexts"],
      ls: ["[OPTIONS]", "List contexts"],
      rm: ["CONTEXT [CONTEXT...]", "Remove one or more contexts"],
      show: ["", "Print the name of the current context"],
      update: ["[OPTIONS] CONTEXT", "Update a context"],
      use: ["CONTEXT", "Set the current docker context"],
    },
  },
  manifest: {
    summary: "Manage Docker image manifests and manifest lists",
    usage: "COMMAND",
    commands: {
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
    needsSwarm: true,
    also: LIST_AND_REMOVE,
    commands: {
      demote: ["NODE [NODE...]", "Demote one or more nodes from manager in the swarm"],
      promote: ["NODE [NODE...]", "Promote one or more nodes to manager in the swarm"],
    },
  },
  plugin: {
    summary: "Manage plugins",
    also: LIST_AND_REMOVE,
    commands: {
      create: [
        "[OPTIONS] PLUGIN PLUGIN-DATA-DIR",
        "Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.",
      ],
      disable: ["[OPTIONS] PLUGIN", "Disable a plugin"],
      enable: ["[OPTIONS] PLUGIN", "Enable a plugin"],
      inspect: ["[OPTIONS] PLUGIN [PLUGIN...]", "Display detailed information on one or more plugins"],
      install: ["[OPTIONS] PLUGIN [KEY=VALUE...]", "Install a plugin"],
      ls: ["[OPTIONS]", "List plugins"],
      push: ["[OPTIONS] PLUGIN[:TAG]", "Push a plugin to a registry"],
      rm: ["[OPTIONS] PLUGIN [PLUGIN...]", "Remove one or more plugins"],
      set: ["PLUGIN KEY=VALUE [KEY=VALUE...]", "Change settings for a plugin"],
      upgrade: ["[OPTIONS] PLUGIN [REMOTE]", "Upgrade an existing plugin"],
    },
  },
  secret: {
    summary: "Manage Swarm secrets",
    swarm: true,
    needsSwarm: true,
    also: LIST_AND_REMOVE,
    commands: {},
  },
  service: {
    summary: "Manage Swarm services",
    swarm: true,
    needsSwarm: true,
    also: LIST_AND_REMOVE,
    commands: {},
  },
  stack: {
    summary: "Manage Swarm stacks",
    usage: "[OPTIONS]",
    swarm: true,
    needsSwarm: true,
    also: { ...LIST, deploy: ["up"], rm: ["remove", "down"] },
    commands: {
      config: ["[OPTIONS]", "Outputs the final config file, after doing merges and interpolations"],
      deploy: ["[OPTIONS] STACK", "Deploy a new stack or update an existing stack"],
      ls: ["[OPTIONS]", "List stacks"],
      ps: ["[OPTIONS] STACK", "List the tasks in the stack"],
      rm: ["[OPTIONS] STACK [STACK...]", "Remove one or more stacks"],
      services: ["[OPTIONS] STACK", "List the services in the stack"],
    },
  },
  swarm: {
    summary: "Manage Swarm",
    swarm: true,
    hidden: ["ca", "join-token", "leave", "unlock", "unlock-key", "update"],
    commands: {},
  },
  trust: {
    summary: "Manage trust on Docker images",
    commands: {
      inspect: ["IMAGE[:TAG] [IMAGE[:TAG]...]", "Return low-level information about keys and signatures"],
      key: {
        summary: "Manage keys for signing Docker images",
        commands: {
          generate: ["NAME", "Generate and load a signing key-pair"],
          load: ["[OPTIONS] KEYFILE", "Load a private key file for signing"],
        },
      },
      revoke: ["[OPTIONS] IMAGE[:TAG]", "Remove trust for an image"],
      sign: ["IMAGE:TAG", "Sign an image"],
      signer: {
        summary: "Manage entities who can sign Docker images",
        commands: {
          add: ["OPTIONS NAME REPOSITORY [REPOSITORY...] ", "Add a signer"],
          remove: ["[OPTIONS] NAME REPOSITORY [REPOSITORY...]", "Remove a signer"],
        },
      },
    },
  },
};
