/**
 * What the classic builder would have made of a build: the same files, another configuration.
 *
 * Every step is a commit of a container: its history tells the command of that container, and its time is when it ran.
 *
 * @see moby builder/dockerfile/dispatchers.go, internals.go, copy.go
 */
import { type Dockerfile, Environment, expandWord, type FromInstruction } from "@bottleship/core/build";
import { type Engine, timeOf } from "@bottleship/core/engine";
import type { Image } from "@bottleship/core/image";
import type { History, ImageConfig } from "@bottleship/core/oci";

/** What became of images of the builder: the same again for the same. */
export type ClassicImages = Map<string, Image>;

export interface ClassicBuild {
  readonly engine: Engine;
  readonly dockerfile: Dockerfile;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Whether a path of the context is a directory. */
  readonly isDirectory: (path: string) => boolean;
  readonly known: ClassicImages;
}

/** The image that takes the place of `built`, which nobody has named. */
export function classicImage({ engine, dockerfile, buildArgs, isDirectory, known }: ClassicBuild, built: Image): Image {
  const { store } = engine.images;
  const earlier = known.get(built.id);
  if (earlier !== undefined && store.byId(earlier.id) !== undefined) return earlier;
  const root = engine.images.find(rootImage(dockerfile, buildArgs));
  const inherited = root?.config.history.length ?? 0;
  const config = classicConfig(built.config, inherited, timeOf(engine.kernel.nowUs), isDirectory);
  const image = store.add(config, built.chain);
  known.set(built.id, image);
  return image;
}

/** What the last stage stands on, in the end. */
function rootImage({ args = [], stages }: Dockerfile, given: Readonly<Record<string, string>>): string {
  const byName = new Map(stages.flatMap(({ from }) => (from.as === undefined ? [] : [[from.as.toLowerCase(), from]])));
  const seen = new Set<FromInstruction>();
  let from = stages.at(-1)?.from;
  for (let next = from; next !== undefined && !seen.has(next); next = byName.get(next.image.toLowerCase())) {
    from = next;
    seen.add(next);
  }
  const declared = args.flatMap((one) => one.args.map((arg) => `${arg.name}=${given[arg.name] ?? arg.default ?? ""}`));
  return expandWord(from?.image ?? "scratch", Environment.of(declared));
}

function classicConfig(
  config: ImageConfig,
  inherited: number,
  created: string,
  isDirectory: (path: string) => boolean,
): ImageConfig {
  const old = config.history.slice(0, inherited);
  let layer = old.filter((entry) => entry.empty_layer !== true).length;
  const own = config.history.slice(inherited).map((entry): History => {
    const { comment: _, ...rest } = entry;
    const digest = entry.empty_layer === true ? "" : (config.rootfs.diff_ids[layer++] ?? "");
    return { ...rest, created, created_by: commandOf(entry.created_by ?? "", digest, isDirectory) };
  });
  return { ...config, ...(own.length === 0 ? {} : { created }), history: [...old, ...own] };
}

const SHELL = "/bin/sh -c";

/** BuildKit's words for a step, as the command of a container. */
function commandOf(step: string, layer: string, isDirectory: (path: string) => boolean): string {
  const [, kind = "", rest = ""] = /^(\S+) (.*?)(?: # buildkit)?$/s.exec(step) ?? [];
  if (kind === "RUN") return rest;
  if (kind === "WORKDIR") return `${SHELL} #(nop) ${kind} ${rest}`;
  if (kind !== "COPY" && kind !== "ADD") return `${SHELL} #(nop)  ${kind} ${rest}`;
  const words = rest.split(" ");
  const flags = words.filter((word) => word.startsWith("--"));
  const paths = words.filter((word) => !word.startsWith("--"));
  const sources = paths.slice(0, -1);
  const what = sources.length > 1 ? "multi" : isDirectory(sources[0] ?? "") ? "dir" : "file";
  const owner = flags.map((flag) => `${flag} `).join("");
  return `${SHELL} #(nop) ${kind} ${owner}${what}:${layer.replace(/^sha256:/, "")} in ${paths.at(-1) ?? ""} `;
}
