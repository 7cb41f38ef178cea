/** @see moby daemon/logger/fluentd/fluentd.go */
import {
  isTrue,
  parseBool,
  parseBytes,
  parseDuration,
  parseUnsigned,
  reworded,
  urlProblem,
  ValueError,
} from "../../../lib/go/index.ts";
import { DETAILS, type Forwarder, type LogOptions, named, read, refuse, refused } from "./forwarder.ts";

const HOST = "127.0.0.1";
const PORT = 24224;
const [SHORTEST_NS, LONGEST_NS] = [100e6, 10e9];

export const FLUENTD: Forwarder = {
  options: named(
    "fluentd",
    "address async async-reconnect-interval buffer-limit max-retries request-ack retry-wait sub-second-precision " +
      "write-timeout",
  ).concat(DETAILS),
  verify(options) {
    endpoint(options);
    read(options, "fluentd-buffer-limit", parseBytes);
    read(options, "fluentd-retry-wait", parseDuration);
    read(options, "fluentd-max-retries", parseUnsigned);
    read(options, "fluentd-async", parseBool);
    read(options, "fluentd-async-reconnect-interval", parseInterval);
    read(options, "fluentd-sub-second-precision", parseBool);
    read(options, "fluentd-request-ack", parseBool);
    read(options, "fluentd-write-timeout", parseTimeout);
  },
  begin(options) {
    if (isTrue(options["fluentd-async"] ?? "")) return;
    const { path, place } = endpoint(options);
    refuse(path === undefined ? refused(place) : `dial unix ${path}: connect: no such file or directory`);
  },
};

interface Endpoint {
  /** The path of a unix socket. */
  readonly path?: string;
  readonly place: string;
}

function endpoint({ "fluentd-address": address = "" }: LogOptions): Endpoint {
  if (address === "") return { place: `${HOST}:${PORT}` };
  return reworded(
    () => parseAddress(address.includes("://") ? address : `tcp://${address}`),
    ({ message }) => new ValueError(`invalid fluentd-address (${address}): ${message}`),
  );
}

function parseAddress(url: string): Endpoint {
  const problem = urlProblem(url);
  if (problem !== undefined) refuse(problem);
  const [, scheme = "", host = "", path = ""] = /^([^:]*):\/\/([^/?#]*)([^?#]*)/.exec(url) ?? [];
  if (scheme === "unix") {
    if (/^\/*$/.test(path)) refuse("path is empty");
    return { path, place: "" };
  }
  if (scheme !== "tcp" && scheme !== "tls") refuse(`unsupported scheme: '${scheme}'`);
  if (path !== "") refuse("should not contain a path element");
  const [, name = "", port = ""] = /^(.*?)(?::([0-9]*))?$/.exec(host) ?? [];
  if (port !== "") {
    reworded(
      () => parseUnsigned(port, { bits: 16 }),
      ({ message }) => new ValueError(`invalid port: ${message}`),
    );
  }
  return { place: `${name || HOST}:${port || PORT}` };
}

function parseInterval(text: string): void {
  const wrong = (why: string): ValueError =>
    new ValueError(`invalid value for fluentd-async-reconnect-interval: ${why}`);
  const interval = reworded(
    () => parseDuration(text),
    ({ message }) => wrong(message),
  );
  if (interval !== 0 && (interval < SHORTEST_NS || interval > LONGEST_NS)) {
    throw wrong(`value ("${text}") must be between 100ms and 10s`);
  }
}

function parseTimeout(text: string): void {
  reworded(
    () => parseDuration(text),
    ({ message }) => new ValueError(`invalid value for fluentd-write-timeout: value must be a duration: ${message}`),
  );
}
