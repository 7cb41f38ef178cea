/** @see moby daemon/logger/splunk/splunk.go New, ValidateLogOpt */
import { isTrue, parseBool, parseInteger, urlProblem } from "../../../lib/go/index.ts";
import { DETAILS, type Forwarder, type LogOptions, named, read, refuse, refused } from "./forwarder.ts";

const FORMATS: ReadonlySet<string> = new Set(["", "inline", "json", "raw"]);
const BEST_COMPRESSION = 9;

export const SPLUNK: Forwarder = {
  options: named(
    "splunk",
    "caname capath format gzip gzip-level index index-acknowledgment insecureskipverify source sourcetype token url " +
      "verify-connection",
  ).concat(DETAILS),
  begin(options) {
    const url = collector(options);
    if ((options["splunk-token"] ?? "") === "") refuse("splunk: splunk-token is expected");
    read(options, "splunk-insecureskipverify", parseBool);
    read(options, "splunk-capath", (path) => refuse(`open ${path}: no such file or directory`));
    read(options, "splunk-gzip", parseBool);
    read(options, "splunk-gzip-level", parseLevel);
    read(options, "splunk-index-acknowledgment", parseBool);
    read(options, "splunk-verify-connection", parseBool);
    if (isTrue(options["splunk-verify-connection"] ?? "true")) {
      refuse(`Options "${url}/services/collector/event/1.0": ${refused(placeOf(url))}`);
    }
    const format = options["splunk-format"] ?? "";
    if (!FORMATS.has(format)) refuse(`unknown format specified ${format}, supported formats are inline, json and raw`);
  },
};

function collector({ "splunk-url": url = "" }: LogOptions): string {
  if (url === "") refuse("splunk: splunk-url is expected");
  if (urlProblem(url) !== undefined || !/^https?:\/\/[^/?#]+\/?$/.test(url)) {
    refuse("splunk: expected format scheme://dns_name_or_ip:port for splunk-url");
  }
  return url.replace(/\/$/, "");
}

function placeOf(url: string): string {
  const [, scheme = "", host = ""] = /^(https?):\/\/(.*)$/.exec(url) ?? [];
  return /:\d+$/.test(host) ? host : `${host}:${scheme === "https" ? 443 : 80}`;
}

function parseLevel(text: string): void {
  const level = parseInteger(text, { bits: 32 });
  if (level >= -1 && level <= BEST_COMPRESSION) return;
  refuse(`not supported level '${text}' for splunk-gzip-level (supported values between -1 and ${BEST_COMPRESSION})`);
}
