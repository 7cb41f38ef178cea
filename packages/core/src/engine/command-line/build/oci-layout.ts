/**
 * A named context that is an image layout on the client's disk: the client finds out which image is meant.
 *
 * @see docker/buildx build/opt.go, util/imagetools; BuildKit client/ociindex
 */
import { quote } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import { readIndex } from "../../../oci/schema.ts";
import type { Session } from "../session.ts";

export const LAYOUT = "oci-layout://";
const REF_NAME = "org.opencontainers.image.ref.name";

/** The index of the layout in a directory of the client, or why it cannot be read. */
export function readLayout({ client }: Pick<Session, "client">, directory: string): Uint8Array | string {
  const index = directory === "" ? "index.json" : `${directory}/index.json`;
  if (directory !== "" && !client.exists(directory))
    return `could not lock ${index}.lock: open ${index}.lock: no such file or directory`;
  const content = client.readFile(index);
  return typeof content === "string" ? `could not read ${index}: open ${index}: ${content}` : content;
}

/** `oci-layout://DIRECTORY[:TAG]` with the digest that is meant. @throws StatusError if there is no such layout */
export function layoutUrl(session: Pick<Session, "client">, url: string): string {
  const place = url.slice(LAYOUT.length);
  const [directory = ""] = place.split(/[:@]/);
  if (place.includes("@")) return url;
  const fail = (why: string): StatusError =>
    new StatusError("not-found", `oci-layout reference ${quote(url)} could not be resolved: ${why}`);
  const content = readLayout(session, directory);
  if (typeof content === "string") throw fail(content);
  const { manifests } = readIndex(content);
  const tag = place.slice(directory.length + 1) || "latest";
  const named = manifests.find(({ annotations }) => annotations?.[REF_NAME] === tag);
  const found = named ?? (manifests.length === 1 ? manifests[0] : undefined);
  if (found === undefined) throw fail(`could not find ${tag} in ${directory}/index.json`);
  return `${LAYOUT}${directory}@${found.digest}`;
}
