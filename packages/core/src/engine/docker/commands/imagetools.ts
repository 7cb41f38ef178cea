/** `docker buildx imagetools`. Texts: docker/buildx commands/imagetools (Apache-2.0). */
import { ANY, command, exactly } from "../command.ts";
import { bool, text, texts } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { parseReference } from "../reference.ts";
import { BUILDX_FLAGS } from "./buildx-builders.ts";

export const imagetoolsInspect = command({
  usage: "[OPTIONS] NAME",
  summary: "Show details of an image in the registry",
  arity: exactly(1),
  flags: {
    ...BUILDX_FLAGS,
    format: text("Format the output using the given Go template"),
    raw: bool("Show original, unformatted JSON manifest"),
  },
  read: ({ flags, operands: [name = ""] }) => {
    if (flags.format !== "" && flags.raw) throw new ValueError("format and raw cannot be used together");
    return { command: "imagetools inspect", builder: flags.builder, name, format: flags.format, raw: flags.raw };
  },
});

const PREFER_INDEX =
  "When only a single source is specified, prefer outputting an image index or manifest list instead of performing a carbon copy";

export const imagetoolsCreate = command({
  usage: "[OPTIONS] [SOURCE...]",
  summary: "Create a new image based on source images",
  arity: ANY,
  flags: {
    ...BUILDX_FLAGS,
    annotation: texts("Add annotation to the image"),
    append: bool("Append to existing manifest"),
    "dry-run": bool("Show final image instead of pushing"),
    file: texts("Read source descriptor from file", { short: "f" }),
    platform: texts("Filter specified platforms of target image", { short: "p" }),
    "prefer-index": bool(PREFER_INDEX, { initial: true }),
    progress: text(
      'Set type of progress output ("auto", "none", "plain", "rawjson", "tty"). Use plain to show container output',
      { initial: "auto" },
    ),
    tag: texts("Set reference for new image", { short: "t" }),
  },
  read: ({ flags, operands }) => {
    if (operands.length === 0 && flags.file.length === 0) throw new ValueError("no sources specified");
    if (!flags["dry-run"] && flags.tag.length === 0)
      throw new ValueError("can't push with no tags specified, please set --tag or --dry-run");
    return {
      command: "imagetools create",
      builder: flags.builder,
      sources: operands,
      files: flags.file,
      tags: flags.tag.map(parseReference),
      annotations: flags.annotation,
      platforms: flags.platform,
      append: flags.append,
      dryRun: flags["dry-run"],
      preferIndex: flags["prefer-index"],
      progress: flags.progress,
    };
  },
});
