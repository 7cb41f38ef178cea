/**
 * What a body says of a service's privileges: as the cluster keeps it, so that it is shown with all its fields, and with
 * the default for a mode that is none.
 *
 * @see moby api/types/swarm/container.go, daemon/cluster/convert/container.go
 */
import { z } from "zod";
import { goType, maybe, text } from "./fields.ts";

const credentials = goType(
  z.object({ Config: text.default(""), File: text.default(""), Registry: text.default("") }),
  "swarm.CredentialSpec",
);

const selinux = goType(
  z.object({
    Disable: z.boolean().default(false),
    User: text.default(""),
    Role: text.default(""),
    Type: text.default(""),
    Level: text.default(""),
  }),
  "swarm.SELinuxContext",
);

const seccomp = goType(
  z.object({
    Mode: goType(text, "swarm.SeccompMode")
      .default("")
      .transform((mode) => (mode === "unconfined" || mode === "custom" ? mode : "default")),
    Profile: maybe(goType(text, "[]uint8")),
  }),
  "swarm.SeccompOpts",
);

const appArmor = goType(
  z.object({
    Mode: goType(text, "swarm.AppArmorMode")
      .default("")
      .transform((mode) => (mode === "disabled" ? mode : "default")),
  }),
  "swarm.AppArmorOpts",
);

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
