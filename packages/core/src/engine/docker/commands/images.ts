/**
 * Commands about images but for build and the registry's: history, images, import, inspect, load, prune, rmi, save, tag.
 *
 * Model: docker/cli cli/command/image.
 */

import { quote } from "../../../lib/go/index.ts";
import { atLeast, atMost, command, exactly, NONE } from "../command.ts";
import { bool, filter, list, strings, text } from "../flags/flag.ts";
import { failure, orFail, ValueError } from "../problem.ts";
import { parseReference, parseReferenceOrId, repositoryName, withDefaultTag } from "../reference.ts";
import { withFilter } from "../values/filter.ts";
import {
  checkInspectTemplate,
  FORMAT_HELP,
  NO_TERMINAL,
  optionalPlatform,
  PLATFORM_HELP,
  TEMPLATE_HELP,
} from "./shared.ts";

/** Both names of a command that also lives under `docker image`. */
const both = (name: string): string => `docker image ${name}, docker ${name}`;
const VARIANT = 'Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")';

export const history = command({
  usage: "[OPTIONS] IMAGE",
  summary: "Show the history of an image",
  aliases: both("history"),
  arity: exactly(1),
  flags: {
    format: text(FORMAT_HELP),
    human: bool("Print sizes and dates in human readable format", { short: "H", initial: true }),
    "no-trunc": bool("Don't truncate output"),
    platform: text(`Show history for the given platform. ${VARIANT}`),
    quiet: bool("Only show image IDs", { short: "q" }),
  },
  read: ({ flags, operands: [image = ""] }) => ({
    command: "history",
    image,
    platform: optionalPlatform(flags.platform, "invalid platform: "),
    format: flags.format,
    human: flags.human,
    noTrunc: flags["no-trunc"],
    quiet: flags.quiet,
  }),
});

export const images = command({
  usage: "[OPTIONS] [REPOSITORY[:TAG]]",
  summary: "List images",
  aliases: "docker image ls, docker image list, docker images",
  arity: atMost(1),
  flags: {
    all: bool("Show all images (default hides intermediate images)", { short: "a" }),
    digests: bool("Show digests"),
    filter: filter("Filter output based on conditions provided", { short: "f" }),
    format: text(FORMAT_HELP),
    "no-trunc": bool("Don't truncate output"),
    quiet: bool("Only show image IDs", { short: "q" }),
    tree: bool("List multi-platform images as a tree (EXPERIMENTAL)"),
  },
  read: ({ flags, operands: [match = ""], name }) => {
    const clash = [
      [flags.quiet, "--quiet"],
      [flags["no-trunc"], "--no-trunc"],
      [flags.digests, "--show-digest"],
      [flags.format !== "", "--format"],
    ].find(([given]) => given);
    if (flags.tree && clash !== undefined) throw new ValueError(`${clash[1]} is not yet supported with --tree`);
    return {
      command: "images",
      all: flags.all,
      filters: match === "" ? flags.filter : withFilter(flags.filter, "reference", match),
      format: flags.format,
      quiet: flags.quiet,
      noTrunc: flags["no-trunc"],
      digests: flags.digests,
      tree: flags.tree,
      ambiguous: name === "images" && match !== "" ? match : undefined,
    };
  },
});

export const importImage = command({
  usage: "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
  summary: "Import the contents from a tarball to create a filesystem image",
  aliases: both("import"),
  arity: atLeast(1),
  flags: {
    change: list("Apply Dockerfile instruction to the created image", { short: "c" }),
    message: text("Set commit message for imported image", { short: "m" }),
    platform: text(PLATFORM_HELP),
  },
  read: ({ flags, operands: [source = "", reference = ""], client }) => {
    const local = source !== "-" && !/^https?:\/\//.test(source);
    if (local && !client.exists(source)) throw new ValueError(`open ${source}: no such file or directory`);
    if (reference !== "") parseReference(reference);
    return {
      command: "import",
      source,
      reference,
      message: flags.message,
      changes: flags.change,
      platform: flags.platform || (client.env.get("DOCKER_DEFAULT_PLATFORM") ?? ""),
    };
  },
});

const PLATFORM_INSPECT = `Inspect a specific platform of the multi-platform image.
If the image or the server is not multi-platform capable, the command will error out if the platform does not match.
'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)`;

export const inspectImage = command({
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  summary: "Display detailed information on one or more images",
  arity: atLeast(1),
  flags: { format: text(TEMPLATE_HELP, { short: "f" }), platform: text(PLATFORM_INSPECT) },
  read: ({ flags, operands }) => {
    const platform = optionalPlatform(flags.platform);
    checkInspectTemplate(flags.format);
    return { command: "image inspect", names: operands, format: flags.format, platform };
  },
});

export const load = command({
  usage: "[OPTIONS]",
  summary: "Load an image from a tar archive or STDIN",
  aliases: both("load"),
  arity: NONE,
  flags: {
    input: text("Read from tar archive file, instead of STDIN", { short: "i" }),
    platform: text(`Load only the given platform variant. ${VARIANT}`),
    quiet: bool("Suppress the load output", { short: "q" }),
  },
  read: ({ flags, client }) => {
    if (flags.input === "" && client.terminal.stdin)
      throw new ValueError("requested load from stdin, but stdin is empty");
    if (flags.input !== "" && !client.exists(flags.input))
      throw new ValueError(`open ${flags.input}: no such file or directory`);
    const platform = optionalPlatform(flags.platform, "invalid platform: ");
    return { command: "load", input: flags.input, quiet: flags.quiet || !client.terminal.stdout, platform };
  },
});

export const pruneImages = command({
  usage: "[OPTIONS]",
  summary: "Remove unused images",
  arity: NONE,
  flags: {
    all: bool("Remove all unused images, not just dangling ones", { short: "a" }),
    filter: filter('Provide filter values (e.g. "until=<timestamp>")'),
    force: bool("Do not prompt for confirmation", { short: "f" }),
  },
  read: ({ flags }) => {
    const what = flags.all ? "images without at least one container associated to them" : "dangling images";
    return {
      command: "image prune",
      all: flags.all,
      filters: withFilter(flags.filter, "dangling", `${!flags.all}`),
      confirm: flags.force ? undefined : `WARNING! This will remove all ${what}.\nAre you sure you want to continue?`,
    };
  },
});

export const rmi = command({
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  summary: "Remove one or more images",
  aliases: "docker image rm, docker image remove, docker rmi",
  arity: atLeast(1),
  flags: {
    force: bool("Force removal of the image", { short: "f" }),
    "no-prune": bool("Do not delete untagged parents"),
    platform: strings(`Remove only the given platform variant. ${VARIANT}`),
  },
  read: ({ flags, operands }) => ({
    command: "rmi",
    images: operands,
    force: flags.force,
    noPrune: flags["no-prune"],
    platforms: flags.platform.flatMap((platform) => optionalPlatform(platform) ?? []),
  }),
});

export const save = command({
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  summary: "Save one or more images to a tar archive (streamed to STDOUT by default)",
  aliases: both("save"),
  arity: atLeast(1),
  flags: {
    output: text("Write to a file, instead of STDOUT", { short: "o" }),
    platform: text(`Save only the given platform variant. ${VARIANT}`),
  },
  read: ({ flags, operands, client }) => {
    const platform = optionalPlatform(flags.platform, "invalid platform: ");
    if (flags.output === "" && client.terminal.stdout) throw failure(NO_TERMINAL);
    return { command: "save", images: operands, output: flags.output, platform };
  },
});

export const tag = command({
  usage: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
  summary: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
  aliases: both("tag"),
  arity: exactly(2),
  interspersed: false,
  flags: {},
  read: ({ operands: [source = "", target = ""] }) => {
    const complaint = (name: string): string =>
      `Error parsing reference: ${quote(name)} is not a valid repository/tag: `;
    orFail(() => parseReferenceOrId(source), complaint(source));
    const reference = withDefaultTag(orFail(() => parseReference(target), complaint(target)));
    if (reference.digest !== undefined) throw new ValueError("refusing to create a tag with a digest reference");
    return { command: "tag", source, repository: repositoryName(reference), tag: reference.tag ?? "" };
  },
});
