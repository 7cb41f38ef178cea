/** Bodies of the smaller requests. */
import { z } from "zod";
import { ENDPOINT, RESOURCES, RESTART_POLICY } from "./create.ts";
import { map, maybe, text } from "./fields.ts";

export const UPDATE = z.object({ ...RESOURCES, RestartPolicy: maybe(RESTART_POLICY) });

/** @see moby api/types/container ExecOptions */
export const EXEC_CREATE = z.object({
  User: text.default(""),
  Privileged: z.boolean().default(false),
  Tty: z.boolean().default(false),
  ConsoleSize: maybe(z.tuple([z.number(), z.number()])),
  AttachStdin: z.boolean().default(false),
  AttachStderr: z.boolean().default(false),
  AttachStdout: z.boolean().default(false),
  DetachKeys: text.default(""),
  Env: z.array(text).default([]),
  WorkingDir: text.default(""),
  Cmd: z.array(text).default([]),
});

export const EXEC_START = z.object({
  Detach: z.boolean().default(false),
  Tty: z.boolean().default(false),
  ConsoleSize: maybe(z.tuple([z.number(), z.number()])),
});

/** @see moby api/types/network CreateRequest */
export const NETWORK_CREATE = z.object({
  Name: text.default(""),
  Driver: text.default(""),
  Scope: text.default(""),
  EnableIPv4: maybe(z.boolean()),
  EnableIPv6: maybe(z.boolean()),
  IPAM: maybe(
    z.object({
      Driver: text.default("default"),
      Options: maybe(map),
      Config: z
        .array(
          z.object({
            Subnet: maybe(text),
            IPRange: maybe(text),
            Gateway: maybe(text),
            AuxiliaryAddresses: maybe(map),
          }),
        )
        .default([]),
    }),
  ),
  Internal: z.boolean().default(false),
  Attachable: z.boolean().default(false),
  Ingress: z.boolean().default(false),
  ConfigOnly: z.boolean().default(false),
  ConfigFrom: z
    .object({ Network: text.default("") })
    .nullable()
    .default(null),
  Options: map.default({}),
  Labels: map.default({}),
});

export const NETWORK_CONNECT = z.object({ Container: text.default(""), EndpointConfig: maybe(ENDPOINT) });
export const NETWORK_DISCONNECT = z.object({ Container: text.default(""), Force: z.boolean().default(false) });

/** @see moby api/types/volume CreateOptions */
export const VOLUME_CREATE = z.object({
  Name: text.default(""),
  Driver: text.default(""),
  DriverOpts: map.default({}),
  Labels: map.default({}),
  ClusterVolumeSpec: maybe(z.unknown()),
});

export const AUTH = z.object({
  username: text.default(""),
  password: text.default(""),
  serveraddress: text.default(""),
  identitytoken: text.default(""),
});
