/** Options of the local volume driver. @see moby volume/local/local_unix.go validateOpts */
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";

type Options = Readonly<Record<string, string>>;

const KNOWN: ReadonlySet<string> = new Set(["type", "o", "device", "size"]);
/** What one option is nothing without. */
const NEEDED: readonly (readonly [option: string, others: readonly string[]])[] = [
  ["device", ["type"]],
  ["type", ["device"]],
  ["o", ["device", "type"]],
];

/** @throws StatusError for options that the local driver does not know, or that lack others */
export function checkVolumeOptions(options: Options): void {
  const unknown = Object.keys(options).find((option) => !KNOWN.has(option));
  if (unknown !== undefined) throw new StatusError("invalid-argument", `invalid option: ${quote(unknown)}`);
  for (const [option, others] of NEEDED) {
    const missing = option in options ? others.find((other) => !(other in options)) : undefined;
    if (missing !== undefined) {
      throw new StatusError("invalid-argument", `missing required option: ${quote(missing)}`);
    }
  }
  if ("size" in options) throw new StatusError("internal", "quota size requested but no quota support");
}
