/**
 * Commands about images that are here: history, rmi, prune, save, load, import; and `docker export`.
 *
 * @see docker/cli cli/command/image, cli/command/container/export.go
 */
import { layerToTar } from "../../content/index.ts";
import { encode, join, NO_BYTES, StatusError } from "../../lib/index.ts";
import { familiarText, parseReference } from "../../oci/index.ts";
import { applyChanges } from "../apply-changes.ts";
import { renderHistory } from "../docker/lists/images.ts";
import { type Platform, parsePlatform } from "../docker/platform.ts";
import { BAD_TEMPLATE, orFail, ValueError } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { historyDocument } from "../documents/history.ts";
import { timeOf } from "../documents/time.ts";
import { type Removed, removeImage } from "../image-removal.ts";
import { importedArchive } from "../import-source.ts";
import type { Session } from "./session.ts";
import { told } from "./told.ts";

export function showHistory(session: Session, request: RequestOf<"history">): number {
  const { images } = session.engine;
  const image = images.getFor(request.image, request.platform);
  const steps = historyDocument(image, images);
  session.out(orFail(() => renderHistory(steps, { ...request, now: session.now }), "", BAD_TEMPLATE));
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
        // Without a name the client asks for a page that there is not.
        if (name === "") throw new StatusError("not-found", "page not found");
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

export function saveImages(session: Session, request: RequestOf<"save">): number {
  give(session, session.engine.images.save(request.images, request.platform), request.output);
  return 0;
}

export function loadImages(session: Session, request: RequestOf<"load">): number {
  const archive = request.input === "" ? (session.stdin ?? new Uint8Array()) : readFile(session, request.input);
  try {
    for (const { image, names } of session.engine.images.load(archive)) {
      if (names.length === 0) session.lines([`Loaded image ID: ${image.id}`]);
      for (const name of names) session.lines([`Loaded image: ${familiarText(parseReference(name))}`]);
    }
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
  const isRemote = /^https?:\/\//.test(source);
  const platform = request.platform === "" ? undefined : platformOf(request.platform);
  const config = applyChanges({}, request.changes);
  const sent = (): Uint8Array => (source === "-" ? (session.stdin ?? NO_BYTES) : readFile(session, source));
  const archive = isRemote ? await importedArchive(httpGet, source) : sent();
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

export function exportContainer(session: Session, request: RequestOf<"export">): number {
  const { archives, containers, events } = session.engine;
  const container = containers.get(request.container);
  const archive = layerToTar(archives.export(container));
  events.record("container", "export", container.id, {
    ...container.config.Labels,
    image: container.imageName,
    name: container.name,
  });
  give(session, archive, request.output);
  return 0;
}

/** @throws StatusError invalid-argument */
function platformOf(text: string): Platform {
  try {
    return parsePlatform(text);
  } catch (error) {
    throw error instanceof ValueError ? new StatusError("invalid-argument", error.message) : error;
  }
}

/** Into a file of the client's disk, or to standard output. */
function give(session: Session, bytes: Uint8Array, output: string): void {
  if (output === "") {
    session.out(bytes);
    return;
  }
  const { disk } = session;
  if (disk === undefined || !("writeFileSync" in disk) || typeof disk.writeFileSync !== "function") {
    throw new StatusError("invalid-argument", `failed to write ${output}: there is no disk to write to`);
  }
  disk.writeFileSync(pathOf(session, output), bytes);
}

function readFile(session: Session, path: string): Uint8Array {
  const content = session.disk?.readFileSync(pathOf(session, path)) ?? new Uint8Array();
  return typeof content === "string" ? encode(content) : content;
}

const pathOf = ({ cwd }: Session, path: string): string => (path.startsWith("/") ? path : join(cwd, path));
