/** What each layer of an image added, changed and deleted. */
import type { Engine } from "../engine/index.ts";
import type { Image } from "../image/index.ts";
import type { Change } from "../snapshot/index.ts";

export interface LayerView {
  /** What made it, as the image's history says. */
  readonly createdBy: string;
  /** Bytes of the files that it holds; a file with several names counts once. */
  readonly bytes: number;
  readonly changes: readonly Change[];
}

/** The lowest first. */
export function layersOf(engine: Engine, image: Image): readonly LayerView[] {
  const made = image.config.history.filter(({ empty_layer: isEmpty }) => isEmpty !== true);
  return image.chain.map((snapshot, i) => {
    const { created_by: createdBy, comment = "" } = made[i] ?? {};
    const changes = [...engine.images.changes(snapshot)];
    return { createdBy: createdBy ?? comment, bytes: engine.images.layerBytes(snapshot), changes };
  });
}

const SIGN = { added: "+", changed: "~", deleted: "-" } as const;

/** A heading for each layer and a line for each change, at most `limit` of a layer. */
export function drawLayers(layers: readonly LayerView[], limit = 8): string {
  return layers.map((layer, i) => drawLayer(layer, i + 1, limit)).join("");
}

function drawLayer({ createdBy, bytes, changes }: LayerView, number: number, limit: number): string {
  const shown = changes.slice(0, limit).map(drawChange).join("");
  const left = changes.length - limit;
  return `layer ${number}: ${bytes} bytes  ${createdBy}\n${shown}${left > 0 ? `  … and ${left} more\n` : ""}`;
}

/** `+ /app/counts.txt 123` */
export function drawChange({ kind, path, bytes }: Change): string {
  return `  ${SIGN[kind]} ${path}${bytes > 0 ? `  ${bytes}` : ""}\n`;
}
