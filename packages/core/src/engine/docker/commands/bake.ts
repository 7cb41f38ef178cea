/** `docker buildx bake`. Texts: docker/buildx commands/bake.go (Apache-2.0). */
import { isBool, isTrue } from "../../../lib/go/index.ts";
import { ANY, command } from "../command.ts";
import { bool, shorthand, text, texts } from "../flags/flag.ts";
import { BUILDX_FLAGS } from "./buildx-builders.ts";

export const bake = command({
  usage: "[OPTIONS] [TARGET...]",
  summary: "Build from a file",
  aliases: "docker buildx bake, docker buildx f",
  arity: ANY,
  flags: {
    ...BUILDX_FLAGS,
    allow: texts("Allow build to access specified resources"),
    call: text('Set method for evaluating build ("check", "outline", "targets")', { initial: "build" }),
    check: shorthand('Shorthand for "--call=check"', { sets: "call", value: "check" }),
    file: texts("Build definition file", { short: "f" }),
    list: text("List targets or variables"),
    "list-targets": bool("List available targets", { hidden: true }),
    "list-variables": bool("List defined variables", { hidden: true }),
    load: bool('Shorthand for "--set=*.output=type=docker". Conditional.'),
    "metadata-file": text("Write build result metadata to a file"),
    "no-cache": bool("Do not use cache when building the image"),
    print: bool("Print the options without building"),
    progress: text(
      'Set type of progress output ("auto", "none",  "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
      { initial: "auto" },
    ),
    provenance: text('Shorthand for "--set=*.attest=type=provenance"'),
    pull: bool("Always attempt to pull all referenced images"),
    push: bool('Shorthand for "--set=*.output=type=registry". Conditional.'),
    sbom: text('Shorthand for "--set=*.attest=type=sbom"'),
    set: texts('Override target value (e.g., "targetpattern.key=value")'),
  },
  read: ({ flags, operands, changed }) => ({
    command: "buildx bake",
    builder: flags.builder,
    targets: operands,
    files: flags.file,
    overrides: [
      ...flags.set,
      ...(flags.push ? ["*.push=true"] : []),
      ...(flags.load ? ["*.load=true"] : []),
      ...(changed.has("no-cache") ? [`*.no-cache=${flags["no-cache"]}`] : []),
      ...(changed.has("pull") ? [`*.pull=${flags.pull}`] : []),
      ...attested("sbom", flags.sbom),
      ...attested("provenance", flags.provenance),
    ],
    call: flags.call,
    print: flags.print,
    list: flags.list || (flags["list-targets"] ? "targets" : flags["list-variables"] ? "variables" : ""),
    allow: flags.allow,
    metadataFile: flags["metadata-file"],
    progress: flags.progress,
  }),
});

/** `--sbom=false` takes the statement away. */
function attested(type: string, value: string): readonly string[] {
  if (value === "") return [];
  return [`*.attest=type=${type},${isBool(value) ? `disabled=${!isTrue(value)}` : value}`];
}
