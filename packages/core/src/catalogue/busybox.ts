/**
 * The `busybox` image: one executable under the name of every applet, and the few files that a login needs.
 *
 * Files, modes and configuration are those of the recorded image; the executable has its size and names the program
 * that is registered as "busybox". Its names are those of the build: the recorded one was configured for an installer.
 */
import { executable } from "../abi/index.ts";
import { type LayerEntry, layerToTar } from "../content/index.ts";
import { digestOf } from "../image/index.ts";
import { encode } from "../lib/index.ts";
import type { ImageConfig } from "../oci/index.ts";
import { APPLET_NAMES } from "../userland/index.ts";
import { DIRECTORIES, EXECUTABLE_SIZE, FILES, FIRST_NAME, NAMES } from "./busybox.data.ts";
import type { CatalogueImage } from "./catalogue-image.ts";

/** When the image says it was made: 2025-01-01T00:00:00Z. */
const CREATED = "2025-01-01T00:00:00Z";
/** The files are from the day before: older than anything that a world makes. */
const FILES_US = 1_735_603_200_000_000;

/** Every name of the build that its publisher has on Docker Hub, so far as there are applets for them. */
export const HUB_NAMES: readonly string[] = [...new Set([...NAMES, ...APPLET_NAMES])].sort();

/** @param names those of the executable in /bin */
export function busybox(names: readonly string[] = NAMES): CatalogueImage {
  const layer = layerToTar(busyboxFiles(names));
  const config: ImageConfig = {
    architecture: "amd64",
    config: { Cmd: ["sh"] },
    created: CREATED,
    history: [{ created: CREATED, comment: "Imported from -" }],
    os: "linux",
    rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
  };
  return { config, layers: [layer] };
}

function* busyboxFiles(names: readonly string[]): Iterable<LayerEntry> {
  const owned = { uid: 0, gid: 0, mtimeUs: FILES_US };
  for (const [path, mode] of DIRECTORIES) yield { path, type: "dir", mode, ...owned };
  const first = `bin/${FIRST_NAME}`;
  yield {
    path: first,
    type: "file",
    mode: 0o755,
    content: executable("busybox"),
    size: EXECUTABLE_SIZE,
    ...owned,
  };
  for (const name of names) {
    if (name !== FIRST_NAME) yield { path: `bin/${name}`, type: "hardlink", mode: 0o755, link: first, ...owned };
  }
  for (const [path, content] of FILES) yield { path, type: "file", mode: 0o644, content: encode(content), ...owned };
}
