/** `docker pull` and `docker push`. Model: docker/cli image/pull.go, image/push.go. */
import { command, exactly } from "../command.ts";
import { bool, text } from "../flags/flag.ts";
import { orFail, ValueError } from "../problem.ts";
import {
  familiarText,
  type ImageReference,
  isNameOnly,
  parseReference,
  referenceText,
  repositoryName,
  withDefaultTag,
} from "../reference.ts";
import { optionalPlatform, PLATFORM_HELP } from "./shared.ts";

export const pull = command({
  usage: "[OPTIONS] NAME[:TAG|@DIGEST]",
  summary: "Download an image from a registry",
  aliases: "docker image pull, docker pull",
  arity: exactly(1),
  flags: {
    "all-tags": bool("Download all tagged images in the repository", { short: "a" }),
    "disable-content-trust": bool("Skip image verification", { initial: true }),
    platform: text(PLATFORM_HELP),
    quiet: bool("Suppress verbose output", { short: "q" }),
  },
  read: ({ flags, operands: [name = ""], client }) => {
    const reference = remoteReference(name, flags["all-tags"]);
    return {
      command: "pull",
      reference: referenceText(reference),
      name: repositoryName(reference),
      tag: flags["all-tags"] ? undefined : (reference.digest ?? reference.tag),
      platform: flags.platform || (client.env.get("DOCKER_DEFAULT_PLATFORM") ?? ""),
      quiet: flags.quiet,
      contentTrust: !flags["disable-content-trust"],
      ...defaultTagNotice(name, flags),
    };
  },
});

const PLATFORM_PUSH = `Push a platform-specific manifest as a single-platform image to the registry.
Image index won't be pushed, meaning that other manifests, including attestations won't be preserved.
'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)`;

export const push = command({
  usage: "[OPTIONS] NAME[:TAG]",
  summary: "Upload an image to a registry",
  aliases: "docker image push, docker push",
  arity: exactly(1),
  flags: {
    "all-tags": bool("Push all tags of an image to the repository", { short: "a" }),
    "disable-content-trust": bool("Skip image signing", { initial: true }),
    platform: text(PLATFORM_PUSH),
    quiet: bool("Suppress verbose output", { short: "q" }),
  },
  read: ({ flags, operands: [name = ""] }) => {
    const platform = pushPlatform(flags.platform);
    const reference = remoteReference(name, flags["all-tags"]);
    if (reference.digest !== undefined) throw new ValueError("cannot push a digest reference");
    return {
      command: "push",
      reference: familiarText(reference),
      name: repositoryName(reference),
      tag: flags["all-tags"] ? undefined : reference.tag,
      platform,
      quiet: flags.quiet,
      contentTrust: !flags["disable-content-trust"],
      ...defaultTagNotice(name, flags),
    };
  },
});

function pushPlatform(text: string): ReturnType<typeof optionalPlatform> {
  return orFail(() => optionalPlatform(text), `Invalid platform ${text}`);
}

function remoteReference(name: string, allTags: boolean): ImageReference {
  const reference = parseReference(name);
  if (!allTags) return withDefaultTag(reference);
  if (!isNameOnly(reference)) throw new ValueError("tag can't be used with --all-tags/-a");
  return reference;
}

function defaultTagNotice(
  name: string,
  flags: { readonly "all-tags": boolean; readonly quiet: boolean },
): { readonly notice?: string } {
  const silent = flags["all-tags"] || flags.quiet || !isNameOnly(parseReference(name));
  return silent ? {} : { notice: "Using default tag: latest\n" };
}
