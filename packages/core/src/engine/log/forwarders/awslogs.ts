/** @see moby daemon/logger/awslogs/cloudwatchlogs.go ValidateLogOpt */
import { parseBool, problemOf, readInteger } from "../../../lib/go/index.ts";
import { type Forwarder, type LogOptions, named, refuse } from "./forwarder.ts";

const FORMATS: ReadonlySet<string> = new Set(["", "json/emf"]);

export const AWSLOGS: Forwarder = {
  options: named(
    "awslogs",
    "create-group credentials-endpoint datetime-format endpoint force-flush-interval-seconds format group " +
      "max-buffered-events multiline-pattern region stream",
  ).concat("tag"),
  verify(options) {
    if ((options["awslogs-group"] ?? "") === "") refuse("must specify a value for log opt 'awslogs-group'");
    const create = options["awslogs-create-group"];
    const problem = create === undefined ? undefined : problemOf(() => parseBool(create));
    if (problem !== undefined) refuse(`must specify valid value for log opt 'awslogs-create-group': ${problem}`);
    for (const name of ["awslogs-force-flush-interval-seconds", "awslogs-max-buffered-events"]) {
      checkPositive(options, name);
    }
    const { "awslogs-datetime-format": datetime, "awslogs-multiline-pattern": pattern } = options;
    if (datetime !== undefined && pattern !== undefined) {
      refuse("you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time");
    }
    const format = options["awslogs-format"] ?? "";
    if (!FORMATS.has(format)) refuse(`unsupported log format '${format}'`);
  },
};

function checkPositive(options: LogOptions, name: string): void {
  const text = options[name];
  if (text === undefined) return;
  const value = readInteger(text);
  if (typeof value === "string" || value <= 0) refuse(`must specify a positive integer for log opt '${name}': ${text}`);
}
