/** `docker swarm join`, `unlock`, `unlock-key` and `ca`. Model: docker/cli cli/command/swarm. */
import { type Command, command, exactly, NONE } from "../command.ts";
import { bool, single, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { availabilityOf, CERTIFICATE_EXPIRY, EXTERNAL_CA, NODE_FLAGS } from "./swarm-settings.ts";

const join = command({
  usage: "[OPTIONS] HOST:PORT",
  summary: "Join a swarm as a node and/or manager",
  arity: exactly(1),
  flags: { ...NODE_FLAGS, token: text("Token for entry into the swarm") },
  read: ({ flags, operands: [address = ""] }) => {
    return {
      command: "swarm join",
      address,
      listenAddress: flags["listen-addr"],
      advertiseAddress: flags["advertise-addr"],
      token: flags.token,
      availability: availabilityOf(flags.availability),
    };
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
const pemFile = (usage: string) => single(usage, { type: "pem-file", initial: "", read: (given) => given });

const ca = command({
  usage: "[OPTIONS]",
  summary: "Display and rotate the root CA",
  arity: NONE,
  flags: {
    "ca-cert": pemFile("Path to the PEM-formatted root CA certificate to use for the new cluster"),
    "ca-key": pemFile("Path to the PEM-formatted root CA key to use for the new cluster"),
    "cert-expiry": CERTIFICATE_EXPIRY,
    detach: bool("Exit immediately instead of waiting for the root rotation to converge", { short: "d" }),
    "external-ca": EXTERNAL_CA,
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
    const { rotate, detach, quiet } = flags;
    return { command: "swarm ca", rotate, detach, quiet, certExpiry: flags["cert-expiry"] };
  },
});

export const SWARM_KEY_COMMANDS: Readonly<Record<string, Command>> = { ca, join, unlock, "unlock-key": unlockKey };
