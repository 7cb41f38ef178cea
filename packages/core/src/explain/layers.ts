/** What each layer of an image added, changed and deleted, and what it carries that nobody sees: data, text and a picture. */
import type { Engine } from "../engine/index.ts";
import type { Image } from "../image/index.ts";
import { bytesText } from "../lib/go/index.ts";
import { element, label, picture } from "../lib/index.ts";
import type { Change } from "../snapshot/index.ts";
import { type HiddenFile, hiddenFiles } from "./hidden-files.ts";

/** One layer of an image. */
export interface LayerView {
  /** What made it, as the image's history says. */
  readonly createdBy: string;
  /** Bytes of the files that it holds; a file with several names counts once. */
  readonly bytes: number;
  /** Bytes of files that a later layer has replaced or deleted. */
  readonly wastedBytes: number;
  readonly changes: readonly Change[];
  /** The files that are wasted. */
  readonly hidden: readonly HiddenFile[];
}

/** The layers of an image, the lowest first. @throws StatusError not-found for a name that no image has */
export function layersOf(engine: Engine, image: Image | string): readonly LayerView[] {
  const { images } = engine;
  const { config, chain } = typeof image === "string" ? images.get(image) : image;
  const made = config.history.filter(({ empty_layer: isEmpty }) => isEmpty !== true);
  const hidden = hiddenFiles(chain.map((snapshot) => images.layer(snapshot)));
  return chain.map((snapshot, i) => {
    const { created_by: createdBy, comment = "" } = made[i] ?? {};
    const files = hidden[i] ?? [];
    return {
      createdBy: createdBy ?? comment,
      bytes: images.layerBytes(snapshot),
      wastedBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      changes: [...images.changes(snapshot)],
      hidden: files,
    };
  });
}

const SIGN = { added: "+", changed: "~", deleted: "-" } as const;

/** A heading for each layer and a line for each change and each wasted file, at most `limit` of a layer. */
export function drawLayers(layers: readonly LayerView[], limit = 8): string {
  return layers.map((layer, i) => drawLayer(layer, i + 1, limit)).join("");
}

function drawLayer(
  { createdBy, bytes, wastedBytes, changes, hidden }: LayerView,
  number: number,
  limit: number,
): string {
  const shown = changes.slice(0, limit).map(drawChange).join("");
  const left = changes.length - limit;
  const more = left > 0 ? `  … and ${left} more\n` : "";
  const waste = wastedBytes > 0 ? `, ${wastedBytes} of them wasted` : "";
  const files = hidden.slice(0, limit).map((one) => `  x ${one.path}  ${one.bytes}  hidden by layer ${one.by}\n`);
  return `layer ${number}: ${bytes} bytes${waste}  ${createdBy}\n${shown}${more}${files.join("")}`;
}

/** `+ /app/counts.txt 123` */
export function drawChange({ kind, path, bytes }: Change): string {
  return `  ${SIGN[kind]} ${path}${bytes > 0 ? `  ${bytes}` : ""}\n`;
}

const WIDTH = 760;
const ROW = 44;
const BAR = { x: 12, width: 260, height: 14 };
const COLOURS = { kept: "#4c78a8", wasted: "#e45756", ground: "#eeeeee" };

/** A bar for each layer, the topmost first as in `docker history`: how large it is, and how much of it is wasted. */
export function layersSvg(layers: readonly LayerView[]): string {
  const most = Math.max(1, ...layers.map(({ bytes }) => bytes));
  const rows = layers.map((layer, i) => layerRow(layer, i + 1, (layers.length - 1 - i) * ROW + 8, most));
  return picture({ width: WIDTH, height: layers.length * ROW + 8 }, rows.reverse());
}

function layerRow({ createdBy, bytes, wastedBytes, changes }: LayerView, number: number, y: number, most: number) {
  const count = (kind: Change["kind"]): number => changes.filter((one) => one.kind === kind).length;
  const numbers = `+${count("added")} ~${count("changed")} -${count("deleted")}`;
  const waste = wastedBytes > 0 ? `, ${bytesText(wastedBytes)} wasted` : "";
  const bar = (width: number, fill: string): string =>
    element("rect", { x: BAR.x, y: y + 18, width: round(width), height: BAR.height, fill });
  const wide = (part: number): number => (BAR.width * Math.min(part, most)) / most;
  return element("g", { class: "layer" }, [
    label(`${number}  ${createdBy}`, { x: BAR.x, y: y + 12 }, 100),
    bar(BAR.width, COLOURS.ground),
    bar(wide(bytes), COLOURS.kept),
    ...(wastedBytes > 0 ? [bar(wide(wastedBytes), COLOURS.wasted)] : []),
    label(`${bytesText(bytes)}${waste}  ${numbers}`, { x: BAR.x + BAR.width + 12, y: y + 30 }),
  ]);
}

const round = (value: number): number => Math.round(value * 10) / 10;
