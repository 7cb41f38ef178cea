/**
 * What a log driver makes of its options when a container is started.
 *
 * @see moby daemon/logger/jsonfilelog/jsonfilelog.go New
 */
import { quote } from "../lib/go/index.ts";
import { StatusError } from "../lib/index.ts";
import type { Container } from "./container.ts";
import { parseDecimalBytes } from "./docker/values/size.ts";
import type { LogRotation } from "./log-files.ts";

/** @throws StatusError for a size or a number that is none */
export function checkLogDriver({ hostConfig }: Container): void {
  const { Type: driver = "", Config: options } = hostConfig.LogConfig ?? {};
  if (driver !== "" && driver !== "json-file") return;
  const size = options?.["max-size"];
  if (size !== undefined && size !== "-1") {
    if (bytesOf(size) === undefined) throw failure(`invalid size: '${size}'`);
    if ((bytesOf(size) ?? 0) <= 0) throw failure("max-size must be a positive number");
  }
  const files = options?.["max-file"];
  if (files === undefined) return;
  if (!/^[+-]?\d+$/.test(files)) throw failure(`strconv.Atoi: parsing ${quote(files)}: invalid syntax`);
  if (Number(files) < 1) throw failure("max-file cannot be less than 1");
}

/** How large its log may become; `undefined` if nobody has said so. */
export function logRotation({ hostConfig }: Pick<Container, "hostConfig">): LogRotation | undefined {
  const { Type: driver = "", Config: options } = hostConfig.LogConfig ?? {};
  const size = options?.["max-size"];
  if (size === undefined || size === "-1" || (driver !== "" && driver !== "json-file")) return undefined;
  return { maxBytes: bytesOf(size) ?? Number.POSITIVE_INFINITY, maxFiles: Number(options?.["max-file"] ?? 1) };
}

function bytesOf(text: string): number | undefined {
  try {
    return parseDecimalBytes(text);
  } catch {
    return undefined;
  }
}

function failure(why: string): StatusError {
  return new StatusError(
    "internal",
    `failed to create task for container: failed to initialize logging driver: ${why}`,
  );
}
