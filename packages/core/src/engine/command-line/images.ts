/**
 * Commands about images that are here: history, rmi, prune, save, load, import; and `docker export`.
 *
 * @see docker/cli cli/command/image, cli/command/container/export.go
 */

import { layerArchive } from "../../content/index.ts";
import { type ApiCall, connectionLost } from "../../faults/index.ts";
import { reworded } from "../../lib/go/index.ts";
import { type Chunks, NO_BYTES, StatusError } from "../../lib/index.ts";
import { renderHistory } from "../docker/lists/images.ts";
import { type Platform, parsePlatform } from "../docker/platform.ts";
import { failure, orFail } from "../docker/problem.ts";
import { parseReference } from "../docker/reference.ts";
import type { RequestOf } from "../docker/request.ts";
import { historyDocument } from "../documents/history.ts";
import { timeOf } from "../documents/time.ts";
import { applyChanges } from "../image/apply-changes.ts";
import { type Removed, removeImage } from "../image/image-removal.ts";
import { importedArchive } from "../image/import-source.ts";
import { loadedLines } from "../image/loaded-lines.ts";
import { absolute, outputProblem, writable } from "./client-disk.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

export function showHistory(session: Session, request: RequestOf<"history">): number {
  const { images } = session.engine;
  const image = images.getFor(request.image, request.platform);
  const steps = historyDocument(image, images);
  session.out(orFail(() => renderHistory(steps, { ...request, now: session.now })));
  return 0;
}

/** With --force a missing image is told, and is no failure. */
export async function removeImages(session: Session, request: RequestOf<"rmi">): Promise<number> {
  const problems: string[] = [];
  let isFailure = false;
  for (const name of request.images) {
    try {
      const options = { force: request.force, keepParents: request.noPrune };
      const remove = (): readonly Removed[] => {
        for (const platform of request.platforms) session.engine.images.getFor(name, platform);
        return removeImage(session.engine, name, options);
      };
      session.lines((await session.call("ImageDelete", name, remove)).map(wordsOf));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      problems.push(told(error));
      isFailure ||= !(request.force && error.kind === "not-found");
    }
  }
  for (const problem of problems) session.err(`${problem}\n`);
  return isFailure ? 1 : 0;
}

const wordsOf = (one: Removed): string => ("Untagged" in one ? `Untagged: ${one.Untagged}` : `Deleted: ${one.Deleted}`);

export async function saveImages(session: Session, request: RequestOf<"save">): Promise<number> {
  const { images, output, platform } = request;
  checkOutput(session, output, "save image");
  const save = (): Chunks => session.engine.images.save(images, platform);
  give(session, await session.call("ImageGetAll", images.join(" "), save), output);
  return 0;
}

export function loadImages(session: Session, request: RequestOf<"load">): number {
  const sent: ApiCall = { operation: "ImageLoad", subject: "", client: session.name };
  const archive = sentFile(session, request.input, sent, `quiet=${request.quiet ? 1 : 0}`);
  try {
    const loaded = session.engine.images.load(archive, request.platform);
    if (loaded.length === 0) session.lines([""]);
    for (const one of loaded) session.lines(loadedLines(one));
    return 0;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    // The answer has begun already when the archive is read.
    session.err(`${error.message}\n`);
    return 1;
  }
}

export async function importImage(session: Session, request: RequestOf<"import">): Promise<number> {
  const { httpGet, images, kernel } = session.engine;
  const { source } = request;
  if (request.reference !== "" && parseReference(request.reference).digest !== undefined)
    throw new StatusError("invalid-argument", "cannot import digest reference");
  const isRemote = /^https?:\/\//.test(source);
  const platform = request.platform === "" ? undefined : platformOf(request.platform);
  const config = applyChanges({}, request.changes);
  const sent: ApiCall = { operation: "ImageCreate", subject: request.reference, client: session.name };
  const archive = isRemote
    ? await importedArchive(httpGet, source)
    : sentFile(session, source === "-" ? "" : source, sent, "fromSrc=-");
  const message = request.message === "" && isRemote ? `Imported from ${source}` : request.message;
  if (isRemote) session.lines([`Downloading from ${source}`]);
  const image = images.importArchive(archive, {
    created: timeOf(kernel.nowUs),
    config,
    ...(message === "" ? {} : { message }),
    ...(request.reference === "" ? {} : { name: request.reference }),
    ...(platform === undefined ? {} : { platform }),
  });
  session.lines([image.id]);
  return 0;
}

export async function exportContainer(session: Session, request: RequestOf<"export">): Promise<number> {
  const { archives, containers, events } = session.engine;
  checkOutput(session, request.output, "export container");
  const archive = await session.call("ContainerExport", request.container, () => {
    const container = containers.get(request.container);
    const { id, config, imageName: image, name } = container;
    const chunks = layerArchive(archives.export(container));
    events.record("container", "export", id, { ...config.Labels, image, name });
    return chunks;
  });
  give(session, archive, request.output);
  return 0;
}

/** @throws StatusError invalid-argument */
export function platformOf(text: string): Platform {
  return reworded(
    () => parsePlatform(text),
    ({ message }) => new StatusError("invalid-argument", message),
  );
}

/** @throws CliError for a file that cannot be written */
function checkOutput(session: Session, output: string, what: string): void {
  const problem = output === "" || session.disk === undefined ? undefined : outputProblem(session, output);
  if (problem !== undefined) throw failure(`failed to ${what}: ${problem}`);
}

/** Into a file of the client's disk, or to standard output. */
function give(session: Session, archive: Chunks, output: string): void {
  if (output === "") for (const chunk of archive) session.out(chunk);
  else writable(session.disk, output).writeFileSync(absolute(session.cwd, output), archive.whole());
}

/** What a call sends: a file of the client's, or standard input. @throws BrokenAnswer for what cannot be read */
function sentFile(session: Session, path: string, call: ApiCall, query: string): Uint8Array {
  if (path === "") return session.stdin ?? NO_BYTES;
  const content = session.client.readFile(path);
  if (typeof content === "string") throw connectionLost(call, { query, why: `read ${path}: ${content}` });
  return content;
}
