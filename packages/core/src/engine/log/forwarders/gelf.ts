/** @see moby daemon/logger/gelf/gelf.go ValidateLogOpt, parseAddress, newGELFTCPWriter */
import { quote, readInteger, urlProblem } from "../../../lib/go/index.ts";
import { DETAILS, type Forwarder, type LogOptions, named, refuse, refused } from "./forwarder.ts";

const COMPRESSIONS: ReadonlySet<string> = new Set(["gzip", "zlib", "none"]);
const BEST_COMPRESSION = 9;

export const GELF: Forwarder = {
  options: named("gelf", "address compression-level compression-type tcp-max-reconnect tcp-reconnect-delay").concat(
    DETAILS,
  ),
  quoted: quote,
  first: (options) => void endpoint(options),
  verify(options) {
    const { scheme } = endpoint(options);
    for (const [name, text] of Object.entries(options)) {
      if (name.startsWith("gelf-compression-")) verifyCompression(scheme, name, text);
      if (name.startsWith("gelf-tcp-")) verifyTcp(scheme, name, text);
    }
  },
  begin(options) {
    const { scheme, host } = endpoint(options);
    if (scheme === "tcp") refuse(`gelf: cannot connect to GELF endpoint: ${host} ${refused(host)}`);
  },
};

function endpoint({ "gelf-address": address = "" }: LogOptions): { readonly scheme: string; readonly host: string } {
  if (address === "") refuse("gelf-address is a required parameter");
  const problem = urlProblem(address);
  if (problem !== undefined) refuse(problem);
  const [, scheme = "", host = ""] = /^([a-z][a-z0-9+.-]*):(?:\/\/(?:[^/?#]*@)?([^/?#]*))?/i.exec(address) ?? [];
  if (scheme !== "udp" && scheme !== "tcp") refuse("gelf: endpoint needs to be TCP or UDP");
  if (!/^(?:\[[^[\]]*\]|[^:[\]]*):[^:]*$/.test(host)) refuse("gelf: please provide gelf-address as proto://host:port");
  return { scheme, host };
}

function verifyCompression(scheme: string, name: string, text: string): void {
  if (scheme !== "udp") refuse("compression is only supported on UDP");
  const level = readInteger(text);
  const isLevel = typeof level === "number" && level >= -1 && level <= BEST_COMPRESSION;
  if (name.endsWith("-type") ? !COMPRESSIONS.has(text) : !isLevel) {
    refuse(`unknown value ${quote(text)} for log opt ${quote(name)} for gelf log driver`);
  }
}

function verifyTcp(scheme: string, name: string, text: string): void {
  if (scheme !== "tcp") refuse(`${quote(name)} is only valid for TCP`);
  const value = readInteger(text);
  if (typeof value === "string" || value < 0) refuse(`${quote(name)} must be a positive integer`);
}
