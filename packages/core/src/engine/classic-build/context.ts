/**
 * The context of a classic build: an archive that the client has made, after its .dockerignore.
 *
 * The client sends that file and the Dockerfile also where the patterns leave them out; the builder takes them away.
 *
 * @see moby builder/remotecontext/detect.go removeDockerfile
 */
import { IgnoreMatcher, parseIgnoreFile } from "../../build/index.ts";
import { layerToTar, tarToLayer } from "../../content/index.ts";
import { clean, decode, StatusError } from "../../lib/index.ts";

const IGNORE_FILE = ".dockerignore";

/** The text of a file of the archive; nothing if there is none. */
export function findText(tar: Uint8Array, file: string): string | undefined {
  const wanted = placeOf(file);
  for (const { path, type, content } of tarToLayer(tar)) {
    if (type === "file" && placeOf(path) === wanted && content !== undefined) return decode(content);
  }
  return undefined;
}

/** The archive without the ignore file and the Dockerfile, as far as the patterns leave them out. */
export function withoutIgnored(tar: Uint8Array, file: string): Uint8Array {
  const text = findText(tar, IGNORE_FILE);
  if (text === undefined) return tar;
  const left = new Set([IGNORE_FILE, placeOf(file)].filter((name) => isIgnored(name, text)));
  if (left.size === 0) return tar;
  return layerToTar([...tarToLayer(tar)].filter(({ path }) => !left.has(placeOf(path))));
}

/** Patterns that are none ignore nothing here. */
function isIgnored(name: string, patterns: string): boolean {
  try {
    return new IgnoreMatcher(parseIgnoreFile(patterns)).matches(name);
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

/** Everything that an archive has, directories included. */
export function pathsOf(tar: Uint8Array): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const { path } of tarToLayer(tar)) {
    const place = placeOf(path);
    for (let end = place.indexOf("/"); end > 0; end = place.indexOf("/", end + 1)) paths.add(place.slice(0, end));
    paths.add(place);
  }
  return paths;
}

const placeOf = (path: string): string => clean(path).replace(/^\/+/, "");
