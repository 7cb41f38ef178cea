/** `docker compose images`, `commit`, `export` and `push`: images and file systems of services. */
import { ComposeError } from "../../../compose/index.ts";
import { familiarName, parseReference, referenceProblem, withDefaultTag } from "../../../oci/index.ts";
import type { Container } from "../../container/container.ts";
import type { FlagValues } from "../../docker/flags/flag.ts";
import { alignColumns } from "../../docker/table.ts";
import { humanDuration, humanSize } from "../../docker/values/human.ts";
import { timeOf } from "../../documents/time.ts";
import type { Engine } from "../../engine.ts";
import { imageNames } from "../../select/containers.ts";
import { runningContainer } from "../lifecycle.ts";
import { containersOf } from "../operation.ts";
import type { ComposeContext } from "./context.ts";
import type { COMMIT_FLAGS, EXPORT_FLAGS, IMAGES_FLAGS, PUSH_FLAGS } from "./flags.ts";
import { plainDocker } from "./plain-docker.ts";

/** A line of `docker compose images --format json`. */
interface ImageRow {
  readonly ID: string;
  readonly ContainerName: string;
  readonly Repository: string;
  readonly Tag: string;
  readonly Platform: string;
  readonly Size: number;
  readonly LastTagTime: string;
}

export function images(
  context: ComposeContext,
  flags: FlagValues<typeof IMAGES_FLAGS>,
  services: readonly string[],
): number {
  const { session } = context;
  const own = containersOf(session, context.projectName(), { services, oneOffs: "include" });
  const containers = [...own].sort((a, b) => (a.name < b.name ? -1 : 1));
  const nameOf = imageNames(session.engine);
  const rows = containers.map((container) => imageRow(session.engine, container, nameOf(container)));
  if (flags.quiet) session.lines([...new Set(rows.map(({ ID }) => ID.slice("sha256:".length)))]);
  else if (flags.format === "json") session.lines([rows.length === 0 ? "null" : JSON.stringify(rows), ""]);
  else if (flags.format === "table") {
    const age = (container: Container): string => {
      const { taggedUs } = session.engine.images.familiarNames(container.image);
      return taggedUs === 0 ? LONG_AGO : `${humanDuration((session.engine.kernel.nowUs - taggedUs) / 1e6)} ago`;
    };
    const cells = containers.map((container, at) => tableRow(rows[at], age(container)));
    const table = [["CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED"], ...cells];
    session.out(alignColumns(`${table.map((row) => row.join("\t")).join("\n")}\n`, { minimumWidth: 20 }));
  } else throw new ComposeError(`format value ${JSON.stringify(flags.format)} could not be parsed: parsing failed`);
  return 0;
}

/** What Go makes of the time since its year 1, which is more than a duration can be. */
const LONG_AGO = "292 years ago";

/** An image that has lost its name to another is called by its ID, of which compose takes the beginning for a name. */
function imageRow({ images: all }: Engine, { name, image }: Container, called: string): ImageRow {
  const tagged = referenceProblem(called) === undefined ? withDefaultTag(parseReference(called)) : undefined;
  const { architecture, os, variant } = image.config;
  return {
    ID: image.id,
    ContainerName: name,
    Repository: tagged === undefined ? "" : familiarName(tagged),
    Tag: tagged?.tag ?? "",
    Platform: [os, architecture, ...(variant === undefined ? [] : [variant])].join("/"),
    Size: image.sizeBytes,
    LastTagTime: timeOf(all.familiarNames(image).taggedUs),
  };
}

function tableRow(row: ImageRow | undefined, age: string): readonly string[] {
  if (row === undefined) return [];
  const { ContainerName, Repository, Tag, Platform, ID, Size } = row;
  const id = ID.slice("sha256:".length).slice(0, 12);
  return [ContainerName, Repository || "<none>", Tag || "<none>", Platform, id, humanSize(Size, 3), age];
}

export async function commit(
  context: ComposeContext,
  flags: FlagValues<typeof COMMIT_FLAGS>,
  [service = "", reference = ""]: readonly string[],
): Promise<number> {
  const { session, operation } = context;
  const container = runningContainer(session, context.projectName(), service, flags.index);
  const { name } = container;
  operation.progress({ id: name, text: `Commit ${name}`, status: "Committing" });
  const words = [
    ...(flags.author === "" ? [] : ["--author", flags.author]),
    ...(flags.message === "" ? [] : ["--message", flags.message]),
    ...flags.change.flatMap((one) => ["--change", one]),
    ...(flags.pause ? [] : ["--pause=false"]),
  ];
  const { exitCode, stdout, stderr } = await session.engine.docker([
    "commit",
    ...words,
    container.id,
    ...(reference === "" ? [] : [reference]),
  ]);
  if (exitCode !== 0) session.err(stderr);
  else operation.progress({ id: name, text: `Commit ${name}`, status: `Committed as ${stdout.trim()}` });
  return exitCode;
}

export async function exportService(
  context: ComposeContext,
  flags: FlagValues<typeof EXPORT_FLAGS>,
  [service = ""]: readonly string[],
): Promise<number> {
  const container = runningContainer(context.session, context.projectName(), service, flags.index);
  const { name, id } = container;
  context.operation.progress({ id: name, text: `export ${name} to ${flags.output}`, status: "Exporting" });
  return plainDocker(context, ["export", ...(flags.output === "" ? [] : ["--output", flags.output]), id]);
}

/** Only what is built here, under a name, can be pushed. */
export async function push(
  context: ComposeContext,
  flags: FlagValues<typeof PUSH_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const { operation, session } = context;
  const tell = (id: string, text: string, status = ""): void => {
    if (!flags.quiet) operation.progress({ id, text, status });
  };
  const tail: string[] = [];
  for (const [name, { build, image }] of context.open({ services }).services) {
    if (services.length > 0 && !flags["include-deps"] && !services.includes(name)) continue;
    if (build === undefined || image === undefined) {
      tell(name, "Skipped");
      continue;
    }
    for (const tag of [image, ...(build.tags ?? [])]) {
      tell(tag, "Pushing");
      const { exitCode, stderr } = await session.engine.docker(["push", "--quiet", tag]);
      if (exitCode === 0) tell(tag, "Pushed");
      else if (flags["ignore-push-failures"]) tail.push(`Pushing ${name}: ${stderr.trim()}\n`);
      else throw new ComposeError(stderr.trim());
    }
  }
  for (const line of tail) session.err(line);
  return 0;
}
