/**
 * `POST /build?version=2`: a build by BuildKit, whose context is the archive in the body.
 *
 * What it tells are messages of BuildKit's, in base64; whoever carries the API knows how those are written.
 *
 * @see moby api/server/router/build/build_routes.go, builder/builder-next/builder.go
 */
import type { BuildEvent, BuildRequest } from "@bottleship/core/build";
import type { Engine } from "@bottleship/core/engine";
import { base64 } from "@bottleship/core/lib";
import type { ApiReply } from "../../http/exchange.ts";
import { progressReply } from "../../streams/progress.ts";

/** For one build: writes what happens as a `moby.buildkit.v1.StatusResponse`. */
export type BuildTrace = () => (event: BuildEvent) => Uint8Array;

/** Without `trace` nothing is told of its steps: clients wait for the image, or the error. */
export function buildWithBuildKit(
  engine: Engine,
  request: BuildRequest,
  { trace, isQuiet }: { readonly trace: BuildTrace | undefined; readonly isQuiet: boolean },
): ApiReply {
  return progressReply(async (tell, { signal }) => {
    const write = isQuiet ? undefined : trace?.();
    const onEvent = (event: BuildEvent): void => {
      if (write !== undefined) void tell({ id: "moby.buildkit.trace", aux: base64(write(event)) });
    };
    const { image } = await engine.build({ ...request, signal, onEvent });
    await tell(isQuiet ? { stream: `${image.id}\n` } : { id: "moby.image.id", aux: { ID: image.id } });
  });
}
