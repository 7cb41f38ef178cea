/**
 * How often a network tells its neighbours of a container's new addresses, and how long it waits in between: only what is
 * asked for is checked, nobody in the simulation remembers an old neighbour for so long.
 *
 * @see moby libnetwork/network_unix.go: validatedAdvertiseAddrNMsgs, validatedAdvertiseAddrInterval
 */
import { atoi, quote, readOr } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { PREFIX } from "./bridge-options.ts";

interface Quantity {
  readonly label: string;
  readonly kind: string;
  readonly least: number;
  readonly most: number;
}

/** @see moby libnetwork/osl/interface_linux.go: AdvertiseAddrNMsgsMax, AdvertiseAddrIntervalMin */
const MESSAGES: Quantity = { label: `${PREFIX}advertise_addr_nmsgs`, kind: "an integer", least: 0, most: 3 };
const INTERVAL: Quantity = {
  label: `${PREFIX}advertise_addr_ms`,
  kind: "integer milliseconds",
  least: 100,
  most: 2000,
};

/** @throws StatusError internal with everything that is wrong */
export function verifyAdvertising(options: Readonly<Record<string, string>>): void {
  const problems = [MESSAGES, INTERVAL].flatMap((quantity) => problemOf(quantity, options[quantity.label]) ?? []);
  if (problems.length > 0) throw new StatusError("internal", problems.join("\n"));
}

function problemOf({ label, kind, least, most }: Quantity, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const number = readOr(
    () => atoi(text),
    () => undefined,
  );
  if (number === undefined) return `value for option ${label} ${quote(text)} must be ${kind}`;
  return number < least || number > most ? `${label} must be in the range ${least} to ${most}` : undefined;
}
