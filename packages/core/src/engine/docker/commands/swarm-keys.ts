/** `docker swarm join`, `unlock`, `unlock-key` and `ca`. Model: docker/cli cli/command/swarm. */
import { type Command, command, exactly, NONE } from "../command.ts";
import { bool, duration, single, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";

const DEFAULT_ADDRESS = "0.0.0.0:2377";
const AVAILABILITIES: ReadonlySet<string> = new Set(["", "active", "pause", "drain"]);
const ADDRESS_KIND = {
  type: "node-addr",
  initial: DEFAULT_ADDRESS,
  shown: DEFAULT_ADDRESS,
  read: (given: string): string => (/:\d+$/.test(given) ? given : `${given}:2377`),
};

const join = command({
  usage: "[OPTIONS] HOST:PORT",
  summary: "Join a swarm as a node and/or manager",
  arity: exactly(1),
  flags: {
    "advertise-addr": text('Advertised address (format: "<ip|interface>[:port]")'),
    availability: text('Availability of the node ("active", "pause", "drain")', { initial: "active" }),
    "data-path-addr": text('Address or interface to use for data path traffic (format: "<ip|interface>")'),
    "listen-addr": single('Listen address (format: "<ip|interface>[:port]")', ADDRESS_KIND),
    token: text("Token for entry into the swarm"),
  },
  read: ({ flags, operands: [address = ""] }) => {
    const { availability, token } = flags;
    if (!AVAILABILITIES.has(availability)) {
      throw new ValueError(`invalid availability "${availability}", only active, pause and drain are supported`);
    }
    return { command: "swarm join", address, listenAddress: flags["listen-addr"], token };
  },
});

const unlock = command({
  usage: "",
  summary: "Unlock swarm",
  arity: NONE,
  flags: {},
  read: () => ({ command: "swarm unlock" }),
});

const unlockKey = command({
  usage: "[OPTIONS]",
  summary: "Manage the unlock key",
  arity: NONE,
  flags: {
    quiet: bool("Only display token", { short: "q" }),
    rotate: bool("Rotate unlock key"),
  },
  read: ({ flags }) => ({ command: "swarm unlock-key", ...flags }),
});

/** Options that only mean something for a new root. */
const ONLY_TO_ROTATE = ["cert-expiry", "external-ca", "ca-cert", "ca-key"];
const GIVEN = { initial: "", read: (given: string): string => given };

const ca = command({
  usage: "[OPTIONS]",
  summary: "Display and rotate the root CA",
  arity: NONE,
  flags: {
    "ca-cert": single("Path to the PEM-formatted root CA certificate to use for the new cluster", {
      type: "pem-file",
      ...GIVEN,
    }),
    "ca-key": single("Path to the PEM-formatted root CA key to use for the new cluster", {
      type: "pem-file",
      ...GIVEN,
    }),
    "cert-expiry": duration("Validity period for node certificates (ns|us|ms|s|m|h) (default 2160h0m0s)"),
    detach: bool("Exit immediately instead of waiting for the root rotation to converge", { short: "d" }),
    "external-ca": single("Specifications of one or more certificate signing endpoints", {
      type: "external-ca",
      ...GIVEN,
    }),
    quiet: bool("Suppress progress output", { short: "q" }),
    rotate: bool("Rotate the swarm CA - if no certificate or key are provided, new ones will be generated"),
  },
  read: ({ flags, changed }) => {
    const early = ONLY_TO_ROTATE.find((name) => changed.has(name));
    if (!flags.rotate && early !== undefined) {
      throw new ValueError(`\`--${early}\` flag requires the \`--rotate\` flag to update the CA`);
    }
    const foreign = ["ca-cert", "ca-key", "external-ca"].find((name) => changed.has(name));
    if (foreign !== undefined) throw new ValueError(`"docker swarm ca --${foreign}" is not implemented`);
    const { rotate, detach } = flags;
    return { command: "swarm ca", rotate, detach, certExpiry: flags["cert-expiry"] };
  },
});

export const SWARM_KEY_COMMANDS: Readonly<Record<string, Command>> = { ca, join, unlock, "unlock-key": unlockKey };
