/**
 * `docker pull` and `docker push`: what they tell while layers come and go.
 *
 * Without a terminal each change of a layer is a line; once a transfer has begun, errors come on the same stream and
 * without the words in front.
 *
 * @see docker/cli cli/command/image/pull.go, push.go; moby pkg/jsonmessage
 */
import { StatusError } from "../../lib/index.ts";
import {
  familiarName,
  familiarText,
  parseReference,
  platformText,
  referenceText,
  withDefaultTag,
} from "../../oci/index.ts";
import type { RequestOf } from "../docker/request.ts";
import type { TransferEvent } from "../image/image-transfers.ts";
import { platformOf } from "./images.ts";
import type { Session } from "./session.ts";

type Write = (line: string) => void;

export async function pullImages(session: Session, request: RequestOf<"pull">): Promise<number> {
  const { images } = session.engine;
  const write: Write = request.quiet ? () => {} : (line) => session.lines([line]);
  const tags = request.tag === undefined ? await images.remoteTags(request.name) : [undefined];
  for (const tag of tags) {
    const name = tag === undefined ? request.reference : `${request.name}:${tag}`;
    const code = await pullOne(session, name, { platform: request.platform, write, tellsAll: tag !== undefined });
    if (code !== 0) return code;
  }
  session.lines([request.reference]);
  return 0;
}

/** Pulls one image and tells of it as `docker run` does when it finds none. @throws StatusError before it begins */
export async function pullOne(
  session: Session,
  name: string,
  {
    platform = "",
    write,
    tellsAll = false,
    throws = false,
  }: {
    readonly platform?: string;
    readonly write: Write;
    /** One of all tags: the status names the repository. */
    readonly tellsAll?: boolean;
    /** Errors are thrown also after it has begun. */
    readonly throws?: boolean;
  },
): Promise<number> {
  const reference = withDefaultTag(parseReference(name));
  const shown = reference.digest === undefined ? reference.tag : referenceText(reference);
  const status = tellsAll ? familiarName(reference) : familiarText(reference);
  let begun = false;
  const onEvent = (event: TransferEvent): void => {
    if (event.kind === "begin") {
      begun = true;
      write(`${shown}: Pulling from ${reference.path}`);
    } else if (event.kind === "end") {
      write(`Digest: ${event.digest}`);
      write(`Status: ${event.isNew ? "Downloaded newer image for" : "Image is up to date for"} ${status}`);
    } else tellLayer(event, write);
  };
  const wanted = platform === "" ? undefined : platformOf(platform);
  try {
    const image = await session.call("ImageCreate", familiarText(reference), () =>
      session.engine.images.pull(name, { onEvent, ...(wanted && { platform: wanted }) }),
    );
    if (wanted !== undefined && (image.config.os !== wanted.os || image.config.architecture !== wanted.architecture)) {
      const own = platformText(image.config);
      session.err(
        `WARNING: image with reference ${familiarText(reference)} was found but its platform (${own}) does not match the specified platform (${platformText(wanted)})\n`,
      );
    }
    return 0;
  } catch (error) {
    if (!begun || throws || !(error instanceof StatusError)) throw error;
    session.err(`${error.message}\n`);
    return 1;
  }
}

export async function pushImages(session: Session, request: RequestOf<"push">): Promise<number> {
  const { images } = session.engine;
  const write: Write = request.quiet ? () => {} : (line) => session.lines([line]);
  write(`The push refers to repository [${request.name}]`);
  try {
    const { name: repository, tag } = request;
    const names = tag === undefined ? images.namesIn(parseReference(repository)) : [`${repository}:${tag}`];
    for (const name of names) await pushOne(session, name, write);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    session.err(`${error.message}\n`);
    return 1;
  }
  if (request.quiet) session.lines([request.reference]);
  return 0;
}

async function pushOne(session: Session, name: string, write: Write): Promise<void> {
  const { tag = "" } = parseReference(name);
  const onEvent = (event: TransferEvent): void => {
    if (event.kind === "end") write(`${tag}: digest: ${event.digest} size: ${event.size}`);
    else if (event.kind !== "begin") tellLayer(event, write);
  };
  await session.call("ImagePush", name, () => session.engine.images.push(name, { onEvent }));
}

function tellLayer(event: Extract<TransferEvent, { readonly kind: "layer" | "retry" }>, write: Write): void {
  if (event.kind === "layer") {
    write(`${event.id}: ${event.state}`);
    return;
  }
  for (let left = event.seconds; left > 0; left--) {
    write(`${event.id}: Retrying in ${left} second${left === 1 ? "" : "s"}`);
  }
}
