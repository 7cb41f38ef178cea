/**
 * `docker buildx imagetools`: images in registries, looked at and put together without being pulled.
 *
 * @see docker/buildx commands/imagetools
 */
import { ValueError } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import { failure } from "../../docker/problem.ts";
import type { ImagetoolsRequest } from "../../docker/requests/imagetools.ts";
import { OptionError } from "../build/option.ts";
import { checkBuilder } from "../builders.ts";
import type { Session } from "../session.ts";
import { createImage } from "./create.ts";
import { inspectImage } from "./inspect.ts";
import { RegistryImages } from "./registry-images.ts";

export async function runImagetools(session: Session, request: ImagetoolsRequest): Promise<number> {
  checkBuilder(session, request.builder);
  const images = new RegistryImages(session.engine.images.transport);
  try {
    if (request.command === "imagetools inspect") await inspectImage(session, images, request);
    else await createImage(session, images, request);
    return 0;
  } catch (error) {
    const isKnown = error instanceof StatusError || error instanceof ValueError || error instanceof OptionError;
    throw isKnown ? failure(`ERROR: ${error.message}`) : error;
  }
}
