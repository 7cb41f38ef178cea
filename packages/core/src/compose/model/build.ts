/** How a service's image is built; the fields are in compose's order. */
import { hosts, labels, list, named, sshKeys, strings, variables } from "../kinds/collections.ts";
import { struct, type Value } from "../kinds/kind.ts";
import { bytes, fileMode, flag, text, ulimit } from "../kinds/scalars.ts";

/** What a service takes of a config or a secret. */
export const FILE_REFERENCE = struct({ source: text, target: text, uid: text, gid: text, mode: fileMode });

export type FileReference = Value<typeof FILE_REFERENCE>;

export const BUILD = struct({
  context: text,
  dockerfile: text,
  dockerfile_inline: text,
  entitlements: strings,
  args: variables,
  provenance: text,
  sbom: text,
  ssh: sshKeys,
  labels,
  cache_from: strings,
  cache_to: strings,
  no_cache: flag,
  additional_contexts: labels,
  pull: flag,
  extra_hosts: hosts,
  isolation: text,
  network: text,
  target: text,
  secrets: list(FILE_REFERENCE),
  shm_size: bytes,
  tags: strings,
  ulimits: named(ulimit),
  platforms: strings,
  privileged: flag,
});

export type Build = Value<typeof BUILD>;
