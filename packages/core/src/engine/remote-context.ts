/**
 * Build contexts that are somewhere else: an archive behind a URL, or a Dockerfile alone.
 *
 * @see BuildKit frontend/dockerui/context.go DetectHTTPContext
 */
import { BuildError, type Download, gitError, openArchive, sourceKind } from "../build/index.ts";
import { layerToTar } from "../content/index.ts";
import { StatusError } from "../lib/index.ts";

export type RemoteContext = { readonly tar: Uint8Array; readonly isRemote: true };

/** `undefined` for what is no URL. @throws BuildError */
export async function remoteContext(
  url: string,
  download: (url: string) => Promise<Download>,
): Promise<RemoteContext | undefined> {
  const kind = sourceKind(url);
  if (kind === "local") return undefined;
  const unread = (error: StatusError, what: string): BuildError => {
    const isEarly = error instanceof BuildError && error.message.startsWith("unset ");
    return new BuildError(`failed to read ${what}: ${isEarly ? "" : "failed to load cache key: "}${error.message}`);
  };
  if (kind === "git") throw unread(gitError(url), "dockerfile");
  try {
    const { content } = await download(url);
    return archiveContext(content);
  } catch (error) {
    throw error instanceof StatusError ? unread(error, "downloaded context") : error;
  }
}

/** An archive, compressed or not; anything else is a Dockerfile alone. */
export function archiveContext(content: Uint8Array): RemoteContext {
  return { tar: openArchive(content, { xz: false }) ?? archiveOf(content), isRemote: true };
}

function archiveOf(content: Uint8Array): Uint8Array {
  return layerToTar([{ path: "Dockerfile", type: "file", mode: 0o600, uid: 0, gid: 0, mtimeUs: 0, content }]);
}
