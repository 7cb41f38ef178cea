/** Bodies of requests about services. @see moby api/types/swarm: ServiceSpec, TaskSpec, ContainerSpec */
import { z } from "zod";
import { HEALTH, MOUNT } from "./create.ts";
import { goType, integer, map, maybe, text, texts, uint64, ulimit } from "./fields.ts";
import { PRIVILEGES } from "./privileges.ts";
import { DRIVER } from "./swarm.ts";

const number = z.number();

const file = z.object({
  Name: text.default(""),
  UID: text.default(""),
  GID: text.default(""),
  Mode: integer.default(0),
});

const container = z.object({
  Image: text.default(""),
  Labels: maybe(map),
  Command: maybe(texts),
  Args: maybe(texts),
  Hostname: maybe(text),
  Env: maybe(texts),
  Dir: maybe(text),
  User: maybe(text),
  Groups: maybe(texts),
  Privileges: maybe(PRIVILEGES),
  Init: maybe(z.boolean()),
  StopSignal: maybe(text),
  TTY: maybe(z.boolean()),
  OpenStdin: maybe(z.boolean()),
  ReadOnly: maybe(z.boolean()),
  Mounts: maybe(z.array(MOUNT)),
  StopGracePeriod: maybe(number),
  Healthcheck: maybe(HEALTH),
  Hosts: maybe(texts),
  DNSConfig: maybe(z.object({ Nameservers: maybe(texts), Search: maybe(texts), Options: maybe(texts) })),
  Secrets: maybe(z.array(z.object({ File: maybe(file), SecretID: text.default(""), SecretName: text.default("") }))),
  Configs: maybe(
    z.array(
      z.object({
        File: maybe(file),
        Runtime: maybe(z.object({})),
        ConfigID: text.default(""),
        ConfigName: text.default(""),
      }),
    ),
  ),
  Isolation: maybe(text),
  Sysctls: maybe(map),
  CapabilityAdd: maybe(texts),
  CapabilityDrop: maybe(texts),
  Ulimits: maybe(z.array(ulimit)),
  OomScoreAdj: maybe(integer),
});

const generic = z.object({
  NamedResourceSpec: maybe(z.object({ Kind: maybe(text), Value: maybe(text) })),
  DiscreteResourceSpec: maybe(z.object({ Kind: maybe(text), Value: maybe(integer) })),
});
const amounts = z.object({
  NanoCPUs: maybe(number),
  MemoryBytes: maybe(number),
  Pids: maybe(number),
  GenericResources: maybe(z.array(generic)),
});
const preference = z.object({ Spread: maybe(z.object({ SpreadDescriptor: text.default("") })) });
const network = z.object({ Target: text.default(""), Aliases: maybe(texts), DriverOpts: maybe(map) });

const task = z.object({
  ContainerSpec: maybe(container),
  Resources: maybe(z.object({ Limits: maybe(amounts), Reservations: maybe(amounts) })),
  RestartPolicy: maybe(
    z.object({
      Condition: maybe(text),
      Delay: maybe(number),
      MaxAttempts: maybe(uint64),
      Window: maybe(number),
    }),
  ),
  Placement: maybe(
    z.object({
      Constraints: maybe(texts),
      Preferences: maybe(z.array(preference)),
      MaxReplicas: maybe(uint64),
      Platforms: maybe(z.array(z.object({ Architecture: maybe(text), OS: maybe(text) }))),
    }),
  ),
  Networks: maybe(z.array(network)),
  LogDriver: maybe(DRIVER),
  ForceUpdate: uint64.default(0),
  Runtime: maybe(text),
});

const update = z.object({
  Parallelism: uint64.default(0),
  Delay: maybe(number),
  FailureAction: maybe(text),
  Monitor: maybe(number),
  MaxFailureRatio: number.default(0),
  Order: maybe(text),
});

const port = z.object({
  Name: maybe(text),
  Protocol: maybe(text),
  TargetPort: maybe(integer),
  PublishedPort: maybe(integer),
  PublishMode: maybe(text),
});

export const SERVICE_SPEC = goType(
  z.object({
    Name: text.default(""),
    Labels: map.default({}),
    TaskTemplate: task.default({ ForceUpdate: 0 }),
    Mode: z
      .object({
        Replicated: maybe(z.object({ Replicas: maybe(uint64) })),
        Global: maybe(z.object({})),
        ReplicatedJob: maybe(z.object({ MaxConcurrent: maybe(uint64), TotalCompletions: maybe(uint64) })),
        GlobalJob: maybe(z.object({})),
      })
      .default({}),
    UpdateConfig: maybe(update),
    RollbackConfig: maybe(update),
    Networks: maybe(z.array(network)),
    EndpointSpec: maybe(z.object({ Mode: maybe(text), Ports: maybe(z.array(port)) })),
  }),
  "swarm.ServiceSpec",
);
