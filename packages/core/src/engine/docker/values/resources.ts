/**
 * Limits and devices: `--ulimit`, `--device`, `--device-cgroup-rule`, `--device-read-bps` and its siblings, `--gpus`,
 * `--blkio-weight-device`.
 *
 * Model: docker/go-units ParseUlimit; docker/cli opts.ThrottledeviceOpt, opts.GpuOpts, container.parseLinuxDevice.
 */
import { atoi, parseBytes, parseCsv, parseInteger, parseUnsigned, reworded } from "../../../lib/go/index.ts";
import { clean } from "../../../lib/index.ts";
import type { DeviceMapping, DeviceRequest, ThrottleDevice, Ulimit, WeightDevice } from "../create-body.ts";
import { ValueError } from "../problem.ts";
import { cut, toMap } from "./pairs.ts";

const ULIMITS = new Set(
  "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" "),
);

/** `NAME=SOFT[:HARD]`; -1 is unlimited. */
export function parseUlimit(text: string): Ulimit {
  const [name, limits] = cut(text, "=");
  if (limits === undefined) throw new ValueError(`invalid ulimit argument: ${text}`);
  if (!ULIMITS.has(name)) throw new ValueError(`invalid ulimit type: ${name}`);
  const parts = limits.split(":");
  if (parts.length > 2)
    throw new ValueError(`too many limit value arguments - ${limits}, can only have up to two, \`soft[:hard]\``);
  const given = parts[1] === undefined ? undefined : parseInteger(parts[1]);
  const soft = parseInteger(parts[0] ?? "");
  const hard = given ?? soft;
  const order = "ulimit soft limit must be less than or equal to hard limit:";
  if (hard !== -1 && soft === -1) throw new ValueError(`${order} soft: -1 (unlimited), hard: ${hard}`);
  if (hard !== -1 && soft > hard) throw new ValueError(`${order} ${soft} > ${hard}`);
  return { Name: name, Soft: soft, Hard: hard };
}

/** `PATH:RATE` in bytes a second. */
export function parseByteRate(text: string): ThrottleDevice {
  return throttle(
    text,
    parseBytes,
    "[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb",
  );
}

/** `PATH:RATE` in operations a second. */
export function parseOperationRate(text: string): ThrottleDevice {
  return throttle(text, (rate) => parseUnsigned(rate), ". Number must be a positive integer");
}

function throttle(text: string, parse: (rate: string) => number, hint: string): ThrottleDevice {
  const [path, rate] = deviceAndValue(text);
  const format = `<device-path>:<number>${hint}`;
  return reworded(
    () => ({ Path: path, Rate: parse(rate) }),
    () => new ValueError(`invalid rate for device: ${text}. The correct format is ${format}`),
  );
}

/** `PATH:WEIGHT`; a weight is 0 or 10 to 1000. */
export function parseWeight(text: string): WeightDevice {
  const [path, value] = deviceAndValue(text);
  const weight = /^[0-9]+$/.test(value) ? Number(value) : -1;
  if (weight < 0 || weight > 1000 || (weight > 0 && weight < 10))
    throw new ValueError(`invalid weight for device: ${text}`);
  return { Path: path, Weight: weight };
}

function deviceAndValue(text: string): readonly [path: string, value: string] {
  const [path, value] = cut(text, ":");
  if (value === undefined || path === "") throw new ValueError(`bad format: ${text}`);
  if (!path.startsWith("/dev/")) throw new ValueError(`bad format for device path: ${text}`);
  return [path, value];
}

/** `TYPE MAJOR:MINOR MODE`, as the device cgroup writes it. */
export function deviceRule(text: string): string {
  if (!/^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(text))
    throw new ValueError(`invalid device cgroup format '${text}'`);
  return text;
}

const CDI_KIND = "[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?";
const CDI_NAME = new RegExp(`^${CDI_KIND}/${CDI_KIND}=[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?$`);

/** `VENDOR/CLASS=NAME`: a device by its name in the Container Device Interface. */
export function isCdiName(text: string): boolean {
  return CDI_NAME.test(text);
}

/** `HOST[:CONTAINER][:MODE]`. */
export function parseDevice(text: string): DeviceMapping {
  const [host = "", second, third, ...more] = text.split(":");
  if (more.length > 0 || host === "") throw new ValueError(`bad format for path: ${text}`);
  if (third !== undefined && !isDeviceMode(third)) throw new ValueError(`bad mode specified: ${third}`);
  const secondIsMode = third === undefined && second !== undefined && isDeviceMode(second);
  const path = second === undefined || secondIsMode ? host : second;
  if (!path.startsWith("/")) throw new ValueError(`${path} is not an absolute path`);
  const cleaned = third === undefined ? clean(path) : path;
  return {
    PathOnHost: path === host && second !== path ? cleaned : host,
    PathInContainer: cleaned,
    CgroupPermissions: third ?? (secondIsMode ? second : "rwm"),
  };
}

const isDeviceMode = (mode: string): boolean => /^(?!.*(.).*\1)[rwm]+$/.test(mode);

/** `--gpus all`, `--gpus 2`, `--gpus device=0,capabilities=…`: a request that only a driver can answer. */
export function parseGpus(text: string): DeviceRequest {
  const seen = new Set<string>();
  let request: DeviceRequest = { Driver: "", Count: 0, DeviceIDs: null, Capabilities: [["gpu"]], Options: {} };
  for (const field of parseCsv(text)) {
    const [key, value] = cut(field, "=");
    if (seen.has(key)) throw new ValueError(`gpu request key '${key}' can be specified only once`);
    seen.add(key);
    if (value === undefined) {
      seen.add("count");
      request = { ...request, Count: gpuCount(key) };
    } else request = { ...request, ...gpuField(key, value, field) };
  }
  return seen.has("count") || request.DeviceIDs !== null ? request : { ...request, Count: 1 };
}

function gpuField(key: string, value: string, field: string): Partial<DeviceRequest> {
  switch (key) {
    case "driver":
      return { Driver: value };
    case "count":
      return { Count: gpuCount(value) };
    case "device":
      return { DeviceIDs: value.split(",") };
    case "capabilities":
      return { Capabilities: [[...value.split(","), "gpu"]] };
    case "options":
      return { Options: gpuOptions(value) };
    default:
      throw new ValueError(`unexpected key '${key}' in '${field}'`);
  }
}

function gpuOptions(text: string): Readonly<Record<string, string>> {
  return reworded(
    () => toMap(parseCsv(text)),
    ({ message }) => new ValueError(`failed to read gpu options: ${message}`),
  );
}

function gpuCount(text: string): number {
  if (text === "all") return -1;
  return reworded(
    () => atoi(text),
    ({ reason }) => new ValueError(`invalid count (${text}): value must be either "all" or an integer: ${reason}`),
  );
}
