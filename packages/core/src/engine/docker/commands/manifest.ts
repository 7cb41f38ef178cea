/** `docker manifest`. Texts: docker/cli (Apache-2.0). Model: docker/cli cli/command/manifest. */
import { atLeast, between, type Command, command, exactly } from "../command.ts";
import { bool, strings, text } from "../flags/flag.ts";
import { orFail } from "../problem.ts";
import { type ImageReference, parseReference, withDefaultTag } from "../reference.ts";

const INSECURE = bool("Allow communication with an insecure registry");

/** A name with the tag that it means. @throws ValueError */
export const manifestName = (text: string): ImageReference => withDefaultTag(parseReference(text));

export const MANIFEST_COMMANDS: Readonly<Record<string, Command>> = {
  annotate: command({
    usage: "[OPTIONS] MANIFEST_LIST MANIFEST",
    summary: "Add additional information to a local image manifest",
    isExperimental: true,
    arity: exactly(2),
    flags: {
      arch: text("Set architecture"),
      os: text("Set operating system"),
      "os-features": strings("Set operating system feature"),
      "os-version": text("Set operating system version"),
      variant: text("Set architecture variant"),
    },
    read: ({ flags, operands: [list = "", manifest = ""] }) => ({
      command: "manifest annotate",
      list: orFail(() => manifestName(list), `annotate: error parsing name for manifest list ${list}: `),
      manifest: orFail(() => manifestName(manifest), `annotate: error parsing name for manifest ${manifest}: `),
      given: { list, manifest },
      os: flags.os,
      architecture: flags.arch,
      variant: flags.variant,
      osVersion: flags["os-version"],
      osFeatures: flags["os-features"],
    }),
  }),
  create: command({
    usage: "MANIFEST_LIST MANIFEST [MANIFEST...]",
    summary: "Create a local manifest list for annotating and pushing to a registry",
    isExperimental: true,
    arity: atLeast(2),
    flags: { amend: bool("Amend an existing manifest list", { short: "a" }), insecure: INSECURE },
    read: ({ flags, operands: [list = "", ...manifests] }) => ({
      command: "manifest create",
      list: orFail(() => manifestName(list), `error parsing name for manifest list ${list}: `),
      manifests,
      amend: flags.amend,
      insecure: flags.insecure,
    }),
  }),
  inspect: command({
    usage: "[OPTIONS] [MANIFEST_LIST] MANIFEST",
    summary: "Display an image manifest, or manifest list",
    isExperimental: true,
    arity: between(1, 2),
    flags: {
      insecure: INSECURE,
      verbose: bool("Output additional info including layers and platform", { short: "v" }),
    },
    read: ({ flags, operands }) => ({
      command: "manifest inspect",
      manifest: manifestName(operands.at(-1) ?? ""),
      list: operands.length > 1 ? manifestName(operands[0] ?? "") : undefined,
      verbose: flags.verbose,
      insecure: flags.insecure,
    }),
  }),
  push: command({
    usage: "[OPTIONS] MANIFEST_LIST",
    summary: "Push a manifest list to a repository",
    isExperimental: true,
    arity: exactly(1),
    flags: {
      insecure: bool("Allow push to an insecure registry"),
      purge: bool("Remove the local manifest list after push", { short: "p" }),
    },
    read: ({ flags, operands: [list = ""] }) => ({
      command: "manifest push",
      list: manifestName(list),
      purge: flags.purge,
      insecure: flags.insecure,
    }),
  }),
  rm: command({
    usage: "MANIFEST_LIST [MANIFEST_LIST...]",
    summary: "Delete one or more manifest lists from local storage",
    isExperimental: true,
    arity: atLeast(1),
    flags: {},
    read: ({ operands }) => ({ command: "manifest rm", lists: operands }),
  }),
};
