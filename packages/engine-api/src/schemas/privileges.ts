/**
 * What a body says of a service's privileges: as the cluster keeps it, so that it is shown with all its fields, and with
 * the default for a mode that is none.
 *
 * @see moby api/types/swarm/container.go, daemon/cluster/convert/container.go
 */
import { z } from "zod";
import { goType, maybe, text } from "./fields.ts";

const credentials = z.object({ Config: text.default(""), File: text.default(""), Registry: text.default("") });

const selinux = z.object({
  Disable: z.boolean().default(false),
  User: text.default(""),
  Role: text.default(""),
  Type: text.default(""),
  Level: text.default(""),
});

const seccomp = z.object({
  Mode: text.default("").transform((mode) => (mode === "unconfined" || mode === "custom" ? mode : "default")),
  Profile: maybe(text),
});

const appArmor = z.object({
  Mode: text.default("").transform((mode) => (mode === "disabled" ? mode : "default")),
});

export const PRIVILEGES = goType(
  z.object({
    CredentialSpec: credentials.nullable().default(null),
    SELinuxContext: selinux.nullable().default(null),
    Seccomp: maybe(seccomp),
    AppArmor: maybe(appArmor),
    NoNewPrivileges: z.boolean().default(false),
  }),
  "swarm.Privileges",
);
