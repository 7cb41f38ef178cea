/**
 * Which options a log driver knows, and what it finds wrong with them before a container is made.
 *
 * @see moby daemon/logger: ValidateLogOpts, and the drivers' ValidateLogOpt
 */
import { isBool, quote, reworded } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { DETAILS, FORWARDERS, type LogOptions } from "./forwarders/index.ts";

/** Options of every driver. @see moby daemon/logger/factory.go, daemon/logger/loggerutils/cache */
const SHARED = "cache-compress cache-disabled cache-max-file cache-max-size max-buffer-size mode".split(" ");

/** What those that keep logs can be told besides. */
const KEEPERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["json-file", ["compress", "max-file", "max-size", ...DETAILS]],
  // `local` keeps no labels or environment. @see moby daemon/logger/local/config.go
  ["local", ["compress", "max-file", "max-size"]],
]);

/** @throws StatusError invalid-argument in the words of the driver */
export function verifyLogOptions(given: string, options: LogOptions): void {
  const driver = given === "" ? "json-file" : given;
  if (driver === "none") return;
  const forwarder = FORWARDERS.get(driver);
  const own = forwarder?.options ?? KEEPERS.get(driver);
  if (own === undefined) throw invalid(`error looking up logging plugin ${driver}: plugin ${quote(driver)} not found`);
  const disabled = options["cache-disabled"];
  if (disabled !== undefined && !isBool(disabled)) {
    throw invalid(`invalid value for option cache-disabled: ${disabled}`);
  }
  ask(() => forwarder?.first?.(options));
  const wrong = Object.keys(options).find((name) => !own.includes(name) && !SHARED.includes(name));
  if (wrong !== undefined) {
    const name = forwarder?.quoted?.(wrong) ?? `'${wrong}'`;
    const what = driver === "local" ? "log driver local" : `${driver} log driver`;
    throw invalid(`unknown log opt ${name} for ${what}`);
  }
  ask(() => forwarder?.verify?.(options));
}

/** @throws StatusError invalid-argument where the driver refuses */
function ask(question: () => void): void {
  reworded(question, ({ message }) => invalid(message));
}

function invalid(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}
