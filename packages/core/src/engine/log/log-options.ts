/**
 * Which options a log driver knows, and what it finds wrong with them before a container is made.
 *
 * The machine has nothing that listens for logs: drivers that send them elsewhere refuse at the start, as they do there.
 *
 * @see moby daemon/logger: ValidateLogOpts, and the drivers' ValidateLogOpt
 */
import { isBool, quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";

export type LogOptions = Readonly<Record<string, string>>;

/** Of every driver: @see moby daemon/logger/factory.go, daemon/logger/loggerutils/cache */
const SHARED = "cache-compress cache-disabled cache-max-file cache-max-size max-buffer-size mode".split(" ");
const DETAILS = "env env-regex labels labels-regex tag".split(" ");

/** What a driver can be told besides; of those that are missing here nobody says what is wrong. */
const OWN: ReadonlyMap<string, readonly string[]> = new Map([
  ["json-file", ["compress", "max-file", "max-size", ...DETAILS]],
  // It keeps no details of a line. @see moby daemon/logger/local/config.go
  ["local", ["compress", "max-file", "max-size"]],
  ["journald", DETAILS],
  [
    "syslog",
    "address facility format tls-ca-cert tls-cert tls-key tls-skip-verify"
      .split(" ")
      .map((one) => `syslog-${one}`)
      .concat(DETAILS),
  ],
  [
    "gelf",
    "address compression-level compression-type tcp-max-reconnect tcp-reconnect-delay"
      .split(" ")
      .map((one) => `gelf-${one}`)
      .concat(DETAILS),
  ],
]);

const DRIVERS: ReadonlySet<string> = new Set(
  "awslogs fluentd gcplogs gelf journald json-file local none splunk syslog".split(" "),
);

const FACILITIES: ReadonlySet<string> = new Set(
  (
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp " +
    "local0 local1 local2 local3 local4 local5 local6 local7"
  ).split(" "),
);
const FORMATS: ReadonlySet<string> = new Set(["", "rfc3164", "rfc5424", "rfc5424micro"]);

/** @throws StatusError invalid-argument in the words of the driver */
export function verifyLogOptions(given: string, options: LogOptions): void {
  const driver = given === "" ? "json-file" : given;
  if (!DRIVERS.has(driver)) {
    throw invalid(`error looking up logging plugin ${driver}: plugin ${quote(driver)} not found`);
  }
  if (driver === "none") return;
  const disabled = options["cache-disabled"];
  if (disabled !== undefined && !isBool(disabled)) {
    throw invalid(`invalid value for option cache-disabled: ${disabled}`);
  }
  const own = OWN.get(driver);
  const wrong = Object.keys(options).find((name) => !isKnown(name, own));
  if (wrong !== undefined) {
    const what = driver === "local" ? "log driver local" : `${driver} log driver`;
    throw invalid(`unknown log opt '${wrong}' for ${what}`);
  }
  if (driver === "syslog") verifySyslog(options);
  if (driver === "gelf") verifyGelf(options["gelf-address"] ?? "");
  if (driver === "awslogs" && (options["awslogs-group"] ?? "") === "") {
    throw invalid("must specify a value for log opt 'awslogs-group'");
  }
}

const isKnown = (name: string, own: readonly string[] | undefined): boolean =>
  own === undefined || own.includes(name) || SHARED.includes(name);

function verifySyslog(options: LogOptions): void {
  const address = options["syslog-address"] ?? "";
  if (address !== "") {
    const [, scheme = "", path = ""] = /^(?:([a-z][a-z0-9+.-]*):(?:\/\/)?)?(.*)$/i.exec(address) ?? [];
    if (scheme === "unix" || scheme === "unixgram") throw invalid(`stat ${path}: no such file or directory`);
    if (!["tcp", "tcp+tls", "udp"].includes(scheme)) throw invalid(`unsupported scheme: '${scheme}'`);
  }
  const facility = options["syslog-facility"] ?? "";
  const isNumber = /^\d+$/.test(facility) && Number(facility) <= 23;
  if (facility !== "" && !FACILITIES.has(facility) && !isNumber) throw invalid("invalid syslog facility");
  if (!FORMATS.has(options["syslog-format"] ?? "")) throw invalid("Invalid syslog format");
}

function verifyGelf(address: string): void {
  if (address === "") throw invalid("gelf-address is a required parameter");
  if (!/^(tcp|udp):/.test(address)) throw invalid("gelf: endpoint needs to be TCP or UDP");
}

/** Why a driver cannot be set up on a machine where nobody takes logs; `undefined` if it can. */
export function logDriverProblem(driver: string, options: LogOptions): string | undefined {
  switch (driver) {
    case "syslog":
      return syslogProblem(options["syslog-address"] ?? "");
    case "journald":
      return "journald is not enabled on this host";
    case "splunk":
      if ((options["splunk-url"] ?? "") === "") return "splunk: splunk-url is expected";
      return (options["splunk-token"] ?? "") === "" ? "splunk: splunk-token is expected" : undefined;
    case "fluentd":
      return options["fluentd-async"] === "true" ? undefined : refused(options["fluentd-address"] ?? "127.0.0.1:24224");
    default:
      return undefined;
  }
}

function syslogProblem(address: string): string | undefined {
  if (address === "") return "Unix syslog delivery error";
  const [, scheme = "", place = ""] = /^([a-z+]+):\/\/(.*)$/.exec(address) ?? [];
  if (scheme === "udp") return undefined;
  return refused(/:\d+$/.test(place) ? place : `${place}:514`);
}

const refused = (place: string): string => `dial tcp ${place.replace(/^tcp:\/\//, "")}: connect: connection refused`;

function invalid(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}
