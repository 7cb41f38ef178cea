/** Bodies of requests about networks. */
import { z } from "zod";
import { ENDPOINT } from "./create.ts";
import { goType, map, maybe, text } from "./fields.ts";

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
