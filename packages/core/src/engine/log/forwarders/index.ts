/** The log drivers that send logs elsewhere, by name. */
import { AWSLOGS } from "./awslogs.ts";
import { FLUENTD } from "./fluentd.ts";
import { DETAILS, type Forwarder, refuse } from "./forwarder.ts";
import { GELF } from "./gelf.ts";
import { SPLUNK } from "./splunk.ts";
import { SYSLOG } from "./syslog.ts";

export { DETAILS, type LogOptions } from "./forwarder.ts";

const JOURNALD: Forwarder = {
  options: DETAILS,
  begin: () => refuse("journald is not enabled on this host"),
};

export const FORWARDERS: ReadonlyMap<string, Forwarder> = new Map([
  ["awslogs", AWSLOGS],
  ["fluentd", FLUENTD],
  ["gelf", GELF],
  ["journald", JOURNALD],
  ["splunk", SPLUNK],
  ["syslog", SYSLOG],
]);
