/** How much of a log is kept. @see moby daemon/logger/jsonfilelog, daemon/logger/local */
import { parseDecimalBytes } from "../../lib/go/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import type { LogRotation } from "./log-files.ts";

const JSON_FILE: ReadonlySet<string> = new Set(["", "json-file"]);
/** How many files `local` keeps by default. */
export const LOCAL_FILES = 5;
const LOCAL_SIZE = "20m";

export const isJsonFile = (driver: string): boolean => JSON_FILE.has(driver);

/** How large its log may become; `undefined` if there is no limit. */
export function logRotation({ LogConfig }: Partial<HostConfig>): LogRotation | undefined {
  const { Type: driver = "", Config: options } = LogConfig ?? {};
  const isLocal = driver === "local";
  if (!isLocal && !isJsonFile(driver)) return undefined;
  const size = options?.["max-size"] ?? (isLocal ? LOCAL_SIZE : "-1");
  if (size === "-1") return undefined;
  return {
    maxBytes: bytesOf(size) ?? Number.POSITIVE_INFINITY,
    maxFiles: Number(options?.["max-file"] ?? (isLocal ? LOCAL_FILES : 1)),
    format: isLocal ? "local" : "json",
  };
}

/** `undefined` for what is no size. */
export function bytesOf(text: string): number | undefined {
  try {
    return parseDecimalBytes(text);
  } catch {
    return undefined;
  }
}
