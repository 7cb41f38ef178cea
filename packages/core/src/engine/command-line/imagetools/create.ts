/**
 * `docker buildx imagetools create`: an index made of images that registries have.
 *
 * @see docker/buildx commands/imagetools/create.go
 */
import { parseJson, quote, reworded, ValueError } from "../../../lib/go/index.ts";
import { decode, encode, StatusError } from "../../../lib/index.ts";
import { type Descriptor, digestProblem, type ImageReference, isDigest, referenceText } from "../../../oci/index.ts";
import { parseReference, repositoryName, withDefaultTag } from "../../docker/reference.ts";
import type { RequestOf } from "../../docker/request.ts";
import { displayOf } from "../build/display.ts";
import { readProblem } from "../client-disk.ts";
import type { Session } from "../session.ts";
import { type Combined, combine, type Source } from "./combine.ts";
import type { RegistryImages } from "./registry-images.ts";

type CreateRequest = RequestOf<"imagetools create">;

/** A source as it was given: where it is may have to be found out. */
interface Given {
  readonly text: string;
  readonly reference?: ImageReference;
  readonly descriptor: Partial<Descriptor>;
}

interface Placed extends Given {
  readonly reference: ImageReference;
  /** The registry has to say what it is. */
  readonly isAsked: boolean;
}

/** @throws StatusError; ValueError; OptionError */
export async function createImage(session: Session, images: RegistryImages, request: CreateRequest): Promise<void> {
  const { tags, dryRun } = request;
  const files = request.files.map((path) => fileText(session, path));
  const first = request.append ? tags.slice(0, 1).map(referenceText) : [];
  const given = [...first, ...files, ...request.sources].map(givenSource);
  const combined = await combine(images, await resolved(images, placed(given, tags)), request);
  if (dryRun) session.lines([decode(combined.bytes)]);
  else await pushAll(session, images, combined, request);
}

/** @throws ValueError */
function fileText({ client }: Session, path: string): string {
  const content = client.readFile(path);
  if (typeof content === "string") throw new ValueError(readProblem(path, content));
  return decode(content);
}

/** A digest, a reference or a descriptor. @throws ValueError */
function givenSource(text: string): Given {
  const kinds = "valid sources are digests, references and descriptors";
  return reworded(
    () => readSource(text),
    ({ message }) => new ValueError(`failed to parse source ${quote(text)}, ${kinds}: ${message}`),
  );
}

function readSource(text: string): Given {
  if (isDigest(text)) return { text, descriptor: { digest: text } };
  if (text.startsWith("sha256")) throw new ValueError(digestProblem(text) ?? "");
  if (text.startsWith("{")) return { text, descriptor: parseJson(text) as Partial<Descriptor> };
  return { text, reference: parseReference(text), descriptor: {} };
}

/** Says where every source is, if the names that are given leave no doubt. @throws ValueError */
function placed(given: readonly Given[], tags: readonly ImageReference[]): readonly Placed[] {
  const named = [...tags, ...given.flatMap(({ reference }) => reference ?? [])];
  const repositories = new Map(named.map((reference) => [repositoryName(reference), reference]));
  const [usual] = repositories.values();
  if (usual === undefined) {
    throw new ValueError("no repositories specified, please set a reference in tag or source");
  }
  return given.map((source) => {
    const { text, reference, descriptor } = source;
    if (reference !== undefined) return { ...source, reference, isAsked: true };
    if (repositories.size > 1) {
      throw new ValueError(`multiple repositories specified, cannot infer repository for ${quote(text)}`);
    }
    const { digest, mediaType = "" } = descriptor;
    const isAsked = mediaType === "" && digest !== undefined;
    const place = isAsked ? { tag: undefined, digest } : { tag: "latest", digest: undefined };
    return { ...source, reference: { ...usual, ...place }, isAsked };
  });
}

/** Asks the registry what the sources are; descriptors alone say so themselves. @throws StatusError; ValueError */
async function resolved(images: RegistryImages, sources: readonly Placed[]): Promise<readonly Source[]> {
  const asks = sources.some(({ isAsked }) => isAsked);
  return Promise.all(
    sources.map(async ({ reference, descriptor }) => ({
      reference,
      descriptor: asks
        ? merged(await images.resolve(withDefaultTag(reference)), descriptor)
        : (descriptor as Descriptor),
    })),
  );
}

/** What a descriptor says counts more than what the registry says. @throws ValueError for another size */
function merged(found: Descriptor, said: Partial<Descriptor>): Descriptor {
  if (said.digest === undefined) return found;
  const { size = 0 } = said;
  if (size !== 0 && size !== found.size) {
    throw new ValueError(`invalid size mismatch for ${found.digest}, ${size} != ${found.size}`);
  }
  const { mediaType = "", annotations, platform } = said;
  return {
    ...found,
    ...(mediaType !== "" && { mediaType }),
    ...(annotations !== undefined && { annotations }),
    ...(platform !== undefined && { platform }),
  };
}

/** @throws StatusError, when it is shown how far it has come */
async function pushAll(
  session: Session,
  images: RegistryImages,
  combined: Combined,
  { tags, progress }: CreateRequest,
): Promise<void> {
  const display = displayOf(session, { progress, quiet: false, hasBuilder: false });
  // As with the manifests of each, the last one is begun first.
  for (const [at, tag] of lastFirst(tags).entries()) {
    const about = () => ({ vertex: at + 1, timeUs: session.engine.kernel.nowUs });
    const tell = (line: string): void =>
      display.listener({ ...about(), kind: "log", stream: "stdout", bytes: encode(`${line}\n`) });
    display.listener({ ...about(), kind: "started", name: `[internal] pushing ${referenceText(tag)}` });
    try {
      await push(images, combined, tag, tell);
      display.listener({ ...about(), kind: "completed", cached: false });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      display.listener({ ...about(), kind: "failed", error: error.message });
      display.end();
      throw error;
    }
  }
  display.end();
}

async function push(
  images: RegistryImages,
  { bytes, descriptor, parts }: Combined,
  tag: ImageReference,
  tell: (line: string) => void,
): Promise<void> {
  const target = referenceText(tag);
  for (const part of lastFirst(parts)) {
    tell(`copying ${part.descriptor.digest} from ${referenceText(part.reference)} to ${target}`);
    await images.copy(part.reference, part.descriptor, tag);
  }
  tell(`pushing ${descriptor.digest} to ${target}`);
  await images.push(withDefaultTag(tag), descriptor, bytes);
}

const lastFirst = <T>(all: readonly T[]): readonly T[] => [...all.slice(-1), ...all.slice(0, -1)];
