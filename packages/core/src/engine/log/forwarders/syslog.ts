/** @see moby daemon/logger/syslog/syslog.go */
import { DETAILS, type Forwarder, named, refuse, refused } from "./forwarder.ts";

const FACILITIES: ReadonlySet<string> = new Set(
  (
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp " +
    "local0 local1 local2 local3 local4 local5 local6 local7"
  ).split(" "),
);
const FORMATS: ReadonlySet<string> = new Set(["", "rfc3164", "rfc5424", "rfc5424micro"]);

export const SYSLOG: Forwarder = {
  options: named("syslog", "address facility format tls-ca-cert tls-cert tls-key tls-skip-verify").concat(DETAILS),
  verify(options) {
    const address = options["syslog-address"] ?? "";
    if (address !== "") {
      const [, scheme = "", path = ""] = /^(?:([a-z][a-z0-9+.-]*):(?:\/\/)?)?(.*)$/i.exec(address) ?? [];
      if (scheme === "unix" || scheme === "unixgram") refuse(`stat ${path}: no such file or directory`);
      if (!["tcp", "tcp+tls", "udp"].includes(scheme)) refuse(`unsupported scheme: '${scheme}'`);
    }
    const facility = options["syslog-facility"] ?? "";
    const isNumber = /^\d+$/.test(facility) && Number(facility) <= 23;
    if (facility !== "" && !FACILITIES.has(facility) && !isNumber) refuse("invalid syslog facility");
    if (!FORMATS.has(options["syslog-format"] ?? "")) refuse("Invalid syslog format");
  },
  begin(options) {
    const address = options["syslog-address"] ?? "";
    if (address === "") refuse("Unix syslog delivery error");
    const [, scheme = "", place = ""] = /^([a-z+]+):\/\/(.*)$/.exec(address) ?? [];
    if (scheme !== "udp") refuse(refused(/:\d+$/.test(place) ? place : `${place}:514`));
  },
};
