/**
 * What a log driver makes of its options: what is wrong whatever the driver, and what it finds when a container is
 * started.
 *
 * @see moby daemon/logger/factory.go ValidateLogOpts, daemon/logger/jsonfilelog, daemon/logger/local
 */
import { atoiProblem, isTrue, parseBool, parseBytes, problemOf } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { HostConfig } from "../docker/create-body.ts";
import { FORWARDERS, type LogOptions } from "./forwarders/index.ts";
import { bytesOf, isJsonFile, LOCAL_FILES } from "./log-rotation.ts";
import { logTag } from "./log-tag.ts";

/** Drivers whose logs can be read. For others the daemon keeps a copy, unless `cache-disabled` is set. */
const READABLE: ReadonlySet<string> = new Set(["", "json-file", "local", "journald"]);

/** Drivers that make their tag from its template before they connect to where the logs go. */
const TAGGING: ReadonlySet<string> = new Set(["fluentd", "gelf", "syslog"]);

/** The log of the container is a file that inspect names. */
export const logsToJson = ({ hostConfig }: Container): boolean => isJsonFile(hostConfig.LogConfig?.Type ?? "");

/** @throws StatusError invalid-argument for what no driver understands */
export function verifyLogMode({ LogConfig }: Partial<HostConfig>): void {
  const { Type: driver = "", Config: options } = LogConfig ?? {};
  if (driver === "none" || options == null) return;
  const { mode = "", "max-buffer-size": buffer } = options;
  const refuse = (why: string): StatusError => new StatusError("invalid-argument", why);
  if (mode !== "" && mode !== "blocking" && mode !== "non-blocking") {
    throw refuse(`logger: logging mode not supported: ${mode}`);
  }
  if (buffer === undefined) return;
  if (mode !== "non-blocking") {
    throw refuse("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
  }
  const problem = problemOf(() => parseBytes(buffer));
  if (problem !== undefined) throw refuse(`error parsing option max-buffer-size: ${problem}`);
}

/** @throws StatusError not-implemented for a driver that keeps nothing; internal for one that cannot be set up */
export function checkReadable(container: Container): void {
  const { Type: driver = "", Config: options } = container.hostConfig.LogConfig ?? {};
  if (driver === "none" || (!READABLE.has(driver) && isTrue(options?.["cache-disabled"] ?? ""))) {
    throw new StatusError("not-implemented", "configured logging driver does not support reading");
  }
  if (container.isRunning) return;
  try {
    checkLogDriver(container);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError("internal", error.message.slice(NOT_STARTED.length));
  }
}

/** @throws StatusError internal for a size or a number that is none, and for a tag that names what there is not */
export function checkLogDriver(container: Container): void {
  const { Type: driver = "", Config: options } = container.hostConfig.LogConfig ?? {};
  if (isJsonFile(driver) && (options == null || Object.keys(options).length === 0)) return;
  if (options != null && driver === "local") checkLocal(options);
  if (options != null && isJsonFile(driver)) checkJsonFile(options);
  const problem = problemOf(() => {
    if (isJsonFile(driver) || TAGGING.has(driver)) logTag(container);
    FORWARDERS.get(driver)?.begin?.(options ?? {});
  });
  if (problem !== undefined) throw failure(problem);
}

function checkJsonFile(options: LogOptions): void {
  const { "max-size": size, "max-file": files, compress } = options;
  if (size !== undefined) {
    if (bytesOf(size) === undefined) throw failure(`invalid size: '${size}'`);
    if ((bytesOf(size) ?? 0) <= 0) throw failure("max-size must be a positive number");
  }
  if (files !== undefined) {
    const problem = atoiProblem(files);
    if (problem !== undefined) throw failure(problem);
    if (Number(files) < 1) throw failure("max-file cannot be less than 1");
  }
  if (compress === undefined) return;
  const problem = problemOf(() => parseBool(compress));
  if (problem !== undefined) throw failure(problem);
  if (parseBool(compress) && (Number(files ?? 1) === 1 || size === undefined || size === "-1")) {
    throw failure("compress cannot be true when max-file is less than 2 or max-size is not set");
  }
}

function checkLocal(options: LogOptions): void {
  const { "max-size": size, "max-file": files, compress } = options;
  if (size !== undefined && bytesOf(size) === undefined) {
    throw failure(`invalid value for max-size: ${size}: invalid size: '${size}'`);
  }
  const problem = files === undefined ? undefined : atoiProblem(files);
  if (problem !== undefined) throw failure(`invalid value for max-file: ${files}: ${problem}`);
  const why = compress === undefined ? undefined : problemOf(() => parseBool(compress));
  if (why !== undefined) throw failure(`error reading compress log option: ${why}`);
  const compresses = compress === undefined || parseBool(compress);
  if (compresses && Number(files ?? LOCAL_FILES) <= 1) {
    throw failure("compression cannot be enabled when max file count is 1");
  }
}

const NOT_STARTED = "failed to create task for container: failed to initialize logging driver: ";

function failure(why: string): StatusError {
  return new StatusError("internal", NOT_STARTED + why);
}
