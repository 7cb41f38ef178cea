/** The Go type of a swarm's task. Model: moby api/types/swarm/task.go, network.go. */
import {
  ANY,
  BOOL,
  embedded,
  fields,
  INT64,
  named,
  optional,
  pointer,
  STRING,
  STRINGS,
  slice,
  struct,
} from "../template/type.ts";
import { TIME } from "./common.ts";
import { ANNOTATIONS, DRIVER, META, PORT_CONFIG, TASK_SPEC, VERSION } from "./swarm.ts";

const OMIT = { omitEmpty: true } as const;

const IPAM_OPTIONS = struct(
  "swarm.IPAMOptions",
  optional("Driver", DRIVER),
  optional("Configs", slice(struct("swarm.IPAMConfig", fields(STRING, "Subnet Range Gateway", OMIT)))),
);
const NETWORK_SPEC = struct(
  "swarm.NetworkSpec",
  embedded(ANNOTATIONS),
  optional("DriverConfiguration", pointer(DRIVER)),
  fields(BOOL, "IPv6Enabled Internal Attachable Ingress", OMIT),
  optional("IPAMOptions", pointer(IPAM_OPTIONS)),
  optional("ConfigFrom", pointer(struct("network.ConfigReference", fields(STRING, "Network")))),
  optional("Scope", STRING),
);
const NETWORK = struct(
  "swarm.Network",
  fields(STRING, "ID"),
  embedded(META),
  optional("Spec", NETWORK_SPEC),
  optional("DriverState", DRIVER),
  optional("IPAMOptions", pointer(IPAM_OPTIONS)),
);
const ATTACHMENT = struct("swarm.NetworkAttachment", optional("Network", NETWORK), optional("Addresses", STRINGS));
const STATE = named("swarm.TaskState");
const STATUS = struct(
  "swarm.TaskStatus",
  optional("Timestamp", TIME),
  optional("State", STATE),
  fields(STRING, "Message Err", OMIT),
  optional(
    "ContainerStatus",
    pointer(struct("swarm.ContainerStatus", fields(STRING, "ContainerID"), fields(INT64, "PID ExitCode"))),
  ),
  optional("PortStatus", struct("swarm.PortStatus", optional("Ports", slice(PORT_CONFIG)))),
);

export const INSPECTED_TASK = struct(
  "swarm.Task",
  fields(STRING, "ID"),
  embedded(META),
  embedded(ANNOTATIONS),
  optional("Spec", TASK_SPEC),
  optional("ServiceID", STRING),
  optional("Slot", INT64),
  optional("NodeID", STRING),
  optional("Status", STATUS),
  optional("DesiredState", STATE),
  optional("NetworksAttachments", slice(ATTACHMENT)),
  optional("GenericResources", slice(ANY)),
  optional("JobIteration", pointer(VERSION)),
  fields(slice(ANY), "Volumes"),
);
