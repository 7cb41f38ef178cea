/**
 * Documents as bytes, as Go's encoding/json writes them: no blanks, `<`, `>` and `&` escaped, the keys of maps sorted,
 * the fields of a structure in the order in which it declares them.
 *
 * The digest of a document depends on every byte, so all that we write goes through here.
 *
 * @see OCI image-spec specs-go/v1, moby image/image.go MarshalJSON
 */
import { compareBytes, encode, escapeHtml } from "../lib/index.ts";
import type { Healthcheck, History, ImageConfig, ImageRunConfig, Platform } from "./image.ts";
import type { Descriptor, Index, Manifest } from "./manifest.ts";

type Fields = ReadonlyMap<string, unknown>;

/** As JSON.stringify escapes it; a backslash of the text itself comes in pairs. Go has a replacement character there. */
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/** A document's bytes; its fields stay in their order. */
export function documentBytes(document: unknown): Uint8Array {
  return encode(goJson(document));
}

/** JSON text with what Go escapes besides; a Map is an object whose keys stay in their order, whatever they look like. */
export function goJson(value: unknown): string {
  if (typeof value === "string") return goString(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  const entries: Iterable<readonly [string, unknown]> = value instanceof Map ? value : Object.entries(value);
  const fields = [...entries].flatMap(([key, field]) =>
    field === undefined ? [] : `${goString(key)}:${goJson(field)}`,
  );
  return `{${fields.join(",")}}`;
}

/** The same for people: a line for each field. */
export function goJsonLines(value: object, indent: number | string = 2): string {
  return escaped(JSON.stringify(value, undefined, indent));
}

const goString = (text: string): string => escaped(JSON.stringify(text));
const escaped = (json: string): string => escapeHtml(json).replace(LONE_SURROGATE, "$1\\ufffd");

export const manifestBytes = (manifest: Manifest): Uint8Array =>
  documentBytes(
    ordered(
      { ...manifest, config: descriptor(manifest.config), layers: manifest.layers.map(descriptor), ...rest(manifest) },
      ["schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations"],
    ),
  );

export const indexBytes = (index: Index): Uint8Array =>
  documentBytes(
    ordered({ ...index, manifests: index.manifests.map(descriptor), ...rest(index) }, [
      "schemaVersion",
      "mediaType",
      "artifactType",
      "manifests",
      "subject",
      "annotations",
    ]),
  );

/** The configuration document of an image: the outer keys sorted, as Docker and BuildKit have them. */
export function configBytes(config: ImageConfig): Uint8Array {
  const outer = { ...config, config: runConfig(config.config), history: config.history.map(historyEntry) };
  return documentBytes(sortedMap(outer));
}

const PLATFORM = ["architecture", "os", "os.version", "os.features", "variant"];
const DESCRIPTOR = ["mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType"];
const HEALTHCHECK: readonly (keyof Healthcheck)[] = [
  "Test",
  "Interval",
  "Timeout",
  "StartPeriod",
  "StartInterval",
  "Retries",
];
const HISTORY: readonly (keyof History)[] = ["created", "created_by", "author", "comment", "empty_layer"];
/** The order of a configuration's fields. @see docker image-spec specs-go/v1 DockerOCIImageConfig */
export const RUN_CONFIG_FIELDS: readonly (keyof ImageRunConfig)[] = [
  "User",
  "ExposedPorts",
  "Env",
  "Entrypoint",
  "Cmd",
  "Volumes",
  "WorkingDir",
  "Labels",
  "StopSignal",
  "ArgsEscaped",
  "Healthcheck",
  "OnBuild",
  "Shell",
];

const platform = (value: Platform): Fields => ordered(value, PLATFORM);
const historyEntry = (entry: History): Fields => ordered(entry, HISTORY);

function descriptor(value: Descriptor): Fields {
  return ordered(
    {
      ...value,
      ...(value.annotations === undefined ? {} : { annotations: sortedMap(value.annotations) }),
      ...(value.platform === undefined ? {} : { platform: platform(value.platform) }),
    },
    DESCRIPTOR,
  );
}

function rest({ subject, annotations }: Pick<Manifest, "subject" | "annotations">): object {
  return {
    ...(subject === undefined ? {} : { subject: descriptor(subject) }),
    ...(annotations === undefined ? {} : { annotations: sortedMap(annotations) }),
  };
}

function runConfig(config: ImageRunConfig): Fields {
  const { ExposedPorts, Volumes, Labels, Healthcheck } = config;
  return ordered(
    {
      ...config,
      ...(ExposedPorts === undefined ? {} : { ExposedPorts: sortedMap(ExposedPorts) }),
      ...(Volumes === undefined ? {} : { Volumes: sortedMap(Volumes) }),
      ...(Labels === undefined ? {} : { Labels: sortedMap(Labels) }),
      ...(Healthcheck === undefined ? {} : { Healthcheck: ordered(Healthcheck, HEALTHCHECK) }),
    },
    RUN_CONFIG_FIELDS,
  );
}

/** The known keys first, in their order; what a document has besides stays, behind them. */
function ordered(document: object, keys: readonly string[]): Fields {
  const values = new Map<string, unknown>(Object.entries(document));
  const known = keys.flatMap((key) => (values.has(key) ? [[key, values.get(key)] as const] : []));
  return new Map([...known, ...[...values].filter(([key]) => !keys.includes(key))]);
}

function sortedMap(map: object): Fields {
  return new Map(Object.entries(map).sort(([a], [b]) => compareBytes(a, b)));
}
