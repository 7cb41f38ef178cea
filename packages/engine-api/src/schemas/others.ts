/** Bodies of the smaller requests. */
import { z } from "zod";
import { ENDPOINT, RESOURCES, RESTART_POLICY } from "./create.ts";
import { consoleSize, goType, map, maybe, text } from "./fields.ts";

export const UPDATE = goType(
  z.object({ ...RESOURCES, RestartPolicy: maybe(RESTART_POLICY) }),
  "container.UpdateConfig",
);

/** @see moby api/types/container ExecOptions */
export const EXEC_CREATE = goType(
  z.object({
    User: text.default(""),
    Privileged: z.boolean().default(false),
    Tty: z.boolean().default(false),
    ConsoleSize: maybe(consoleSize),
    AttachStdin: z.boolean().default(false),
    AttachStderr: z.boolean().default(false),
    AttachStdout: z.boolean().default(false),
    DetachKeys: text.default(""),
    Env: z.array(text).default([]),
    WorkingDir: text.default(""),
    Cmd: z.array(text).default([]),
  }),
  "container.ExecOptions",
);

export const EXEC_START = goType(
  z.object({
    Detach: z.boolean().default(false),
    Tty: z.boolean().default(false),
    ConsoleSize: maybe(consoleSize),
  }),
  "container.ExecStartOptions",
);

/** @see moby api/types/network CreateRequest */
export const NETWORK_CREATE = goType(
  z.object({
    Name: text.default(""),
    Driver: text.default(""),
    Scope: text.default(""),
    EnableIPv4: maybe(z.boolean()),
    EnableIPv6: maybe(z.boolean()),
    IPAM: maybe(
      goType(
        z.object({
          Driver: text.default("default"),
          Options: maybe(map),
          Config: z
            .array(
              goType(
                z.object({
                  Subnet: maybe(text),
                  IPRange: maybe(text),
                  Gateway: maybe(text),
                  AuxiliaryAddresses: maybe(map),
                }),
                "network.IPAMConfig",
              ),
            )
            .default([]),
        }),
        "network.IPAM",
      ),
    ),
    Internal: z.boolean().default(false),
    Attachable: z.boolean().default(false),
    Ingress: z.boolean().default(false),
    ConfigOnly: z.boolean().default(false),
    ConfigFrom: goType(z.object({ Network: text.default("") }), "network.ConfigReference")
      .nullable()
      .default(null),
    Options: map.default({}),
    Labels: map.default({}),
  }),
  "network.CreateRequest",
);

export const NETWORK_CONNECT = goType(
  z.object({ Container: text.default(""), EndpointConfig: maybe(ENDPOINT) }),
  "network.ConnectOptions",
);
export const NETWORK_DISCONNECT = goType(
  z.object({ Container: text.default(""), Force: z.boolean().default(false) }),
  "network.DisconnectOptions",
);

const topologies = maybe(z.array(z.object({ Segments: maybe(map) })));

/** @see moby api/types/volume ClusterVolumeSpec */
const clusterVolumeSpec = z.object({
  Group: maybe(text),
  AccessMode: maybe(
    z.object({
      Scope: maybe(text),
      Sharing: maybe(text),
      MountVolume: maybe(z.object({ FsType: maybe(text), MountFlags: maybe(z.array(text)) })),
      BlockVolume: maybe(z.object({})),
    }),
  ),
  AccessibilityRequirements: maybe(z.object({ Requisite: topologies, Preferred: topologies })),
  CapacityRange: maybe(z.object({ RequiredBytes: z.number().default(0), LimitBytes: z.number().default(0) })),
  Secrets: maybe(z.array(z.object({ Key: text.default(""), Secret: text.default("") }))),
  Availability: maybe(text),
});

/** @see moby api/types/volume CreateOptions */
export const VOLUME_CREATE = goType(
  z.object({
    Name: text.default(""),
    Driver: text.default(""),
    DriverOpts: map.default({}),
    Labels: map.default({}),
    ClusterVolumeSpec: maybe(clusterVolumeSpec),
  }),
  "volume.CreateOptions",
);

/** @see moby api/types/volume UpdateOptions */
export const VOLUME_UPDATE = goType(z.object({ Spec: maybe(clusterVolumeSpec) }), "volume.UpdateOptions");

export const AUTH = goType(
  z.object({
    username: text.default(""),
    password: text.default(""),
    serveraddress: text.default(""),
    identitytoken: text.default(""),
  }),
  "registry.AuthConfig",
  { isNameless: true },
);
