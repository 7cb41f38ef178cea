/**
 * Commands that the real client has and this one only knows by name: Swarm, contexts, manifests, plugins, content trust.
 * Texts: docker/cli (Apache-2.0).
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
    commands: {
      create: ["[OPTIONS] CONFIG file|-", "Create a config from a file or STDIN"],
      inspect: ["[OPTIONS] CONFIG [CONFIG...]", "Display detailed information on one or more configs"],
      ls: ["[OPTIONS]", "List configs"],
      rm: ["CONFIG [CONFIG...]", "Remove one or more configs"],
    },
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
      inspect: ["[OPTIONS] self|NODE [NODE...]", "Display detailed information on one or more nodes"],
      ls: ["[OPTIONS]", "List nodes in the swarm"],
      promote: ["NODE [NODE...]", "Promote one or more nodes to manager in the swarm"],
      ps: ["[OPTIONS] [NODE...]", "List tasks running on one or more nodes, defaults to current node"],
      rm: ["[OPTIONS] NODE [NODE...]", "Remove one or more nodes from the swarm"],
      update: ["[OPTIONS] NODE", "Update a node"],
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
    commands: {
      create: ["[OPTIONS] SECRET [file|-]", "Create a secret from a file or STDIN as content"],
      inspect: ["[OPTIONS] SECRET [SECRET...]", "Display detailed information on one or more secrets"],
      ls: ["[OPTIONS]", "List secrets"],
      rm: ["SECRET [SECRET...]", "Remove one or more secrets"],
    },
  },
  service: {
    summary: "Manage Swarm services",
    swarm: true,
    needsSwarm: true,
    also: LIST_AND_REMOVE,
    commands: {
      create: ["[OPTIONS] IMAGE [COMMAND] [ARG...]", "Create a new service"],
      inspect: ["[OPTIONS] SERVICE [SERVICE...]", "Display detailed information on one or more services"],
      logs: ["[OPTIONS] SERVICE|TASK", "Fetch the logs of a service or task"],
      ls: ["[OPTIONS]", "List services"],
      ps: ["[OPTIONS] SERVICE [SERVICE...]", "List the tasks of one or more services"],
      rm: ["SERVICE [SERVICE...]", "Remove one or more services"],
      rollback: ["[OPTIONS] SERVICE", "Revert changes to a service's configuration"],
      scale: ["SERVICE=REPLICAS [SERVICE=REPLICAS...]", "Scale one or multiple replicated services"],
      update: ["[OPTIONS] SERVICE", "Update a service"],
    },
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
    commands: {
      ca: ["[OPTIONS]", "Display and rotate the root CA"],
      init: ["[OPTIONS]", "Initialize a swarm"],
      join: ["[OPTIONS] HOST:PORT", "Join a swarm as a node and/or manager"],
      "join-token": ["[OPTIONS] (worker|manager)", "Manage join tokens"],
      leave: ["[OPTIONS]", "Leave the swarm"],
      unlock: ["", "Unlock swarm"],
      "unlock-key": ["[OPTIONS]", "Manage the unlock key"],
      update: ["[OPTIONS]", "Update the swarm"],
    },
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
