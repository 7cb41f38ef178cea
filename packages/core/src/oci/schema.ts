/**
 * The door for OCI documents that come from outside as bytes: what is asked of their shape.
 *
 * As in Go, null stands for what is not there, and properties that nobody knows are allowed. A document is kept by its
 * bytes; what is read of it here is what this program works with. Apart from the index of this floor, for the schemas
 * take longer to load than all of it.
 */
import * as z from "zod";
import { decode, StatusError } from "../lib/index.ts";
import { type ContentDigest, type Digest, isContentDigest, isDigest } from "./digest.ts";
import type { ImageConfig } from "./image.ts";
import type { ImageLayout, Index, Manifest } from "./manifest.ts";
import { isIndexType, isManifestType } from "./media-types.ts";

/** A manifest may be this long, as in distribution and containerd. */
export const MANIFEST_LIMIT = 4 << 20;

/** A null is taken for an absent property. */
function nullable<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (isRecord(value) ? withoutNulls(value) : value), schema);
}

const text = z.string();
const texts = z.array(text).readonly();
const natural = z.int().nonnegative();
const contentDigest = z.custom<ContentDigest>(
  (value) => typeof value === "string" && isContentDigest(value),
  "invalid digest",
);
const sha256Digest = z.custom<Digest>((value) => typeof value === "string" && isDigest(value), "invalid digest");
const annotations = z.record(text, text).readonly();
const mediaType = text.regex(/^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$/, "no media type");

const platformShape = {
  architecture: text,
  os: text,
  "os.version": text.exactOptional(),
  "os.features": texts.exactOptional(),
  variant: text.exactOptional(),
};
const platform = nullable(z.object(platformShape).readonly());

const descriptorSchema = nullable(
  z
    .object({
      mediaType,
      digest: contentDigest,
      size: natural,
      urls: texts.exactOptional(),
      annotations: annotations.exactOptional(),
      data: text.exactOptional(),
      platform: platform.exactOptional(),
      artifactType: text.exactOptional(),
    })
    .readonly(),
);

const documentShape = {
  schemaVersion: z.literal(2),
  mediaType: mediaType.exactOptional(),
  artifactType: text.exactOptional(),
  subject: descriptorSchema.exactOptional(),
  annotations: annotations.exactOptional(),
};

const manifestSchema = nullable(
  z
    .object({
      ...documentShape,
      config: descriptorSchema,
      layers: z.array(descriptorSchema).readonly().default([]),
      manifests: z.never("an index and a manifest at once").exactOptional(),
    })
    .readonly(),
);

const indexSchema = nullable(
  z
    .object({
      ...documentShape,
      manifests: z.array(descriptorSchema).readonly().default([]),
      config: z.never("an index and a manifest at once").exactOptional(),
      layers: z.never("an index and a manifest at once").exactOptional(),
    })
    .readonly(),
);

const empty = z
  .record(
    text,
    z.unknown().transform((): Record<string, never> => ({})),
  )
  .readonly();

const healthcheck = nullable(
  z
    .object({
      Test: texts.exactOptional(),
      Interval: z.int().exactOptional(),
      Timeout: z.int().exactOptional(),
      StartPeriod: z.int().exactOptional(),
      StartInterval: z.int().exactOptional(),
      Retries: z.int().exactOptional(),
    })
    .readonly(),
);

const runConfig = nullable(
  z
    .object({
      User: text.exactOptional(),
      ExposedPorts: empty.exactOptional(),
      Env: texts.exactOptional(),
      Entrypoint: texts.exactOptional(),
      Cmd: texts.exactOptional(),
      Volumes: empty.exactOptional(),
      WorkingDir: text.exactOptional(),
      Labels: annotations.exactOptional(),
      StopSignal: text.exactOptional(),
      ArgsEscaped: z.boolean().exactOptional(),
      Healthcheck: healthcheck.exactOptional(),
      OnBuild: texts.exactOptional(),
      Shell: texts.exactOptional(),
    })
    .readonly(),
);

const historyEntry = nullable(
  z
    .object({
      created: text.exactOptional(),
      created_by: text.exactOptional(),
      author: text.exactOptional(),
      comment: text.exactOptional(),
      empty_layer: z.boolean().exactOptional(),
    })
    .readonly(),
);

const rootfs = nullable(
  z.object({ type: z.literal("layers"), diff_ids: z.array(sha256Digest).readonly().default([]) }).readonly(),
);

const configSchema = nullable(
  z
    .object({
      ...platformShape,
      created: text.exactOptional(),
      author: text.exactOptional(),
      docker_version: text.exactOptional(),
      config: runConfig.default({}),
      rootfs,
      history: z.array(historyEntry).readonly().default([]),
      "moby.buildkit.cache.v0": text.exactOptional(),
    })
    .readonly(),
);

const layoutSchema = z.object({ imageLayoutVersion: text.regex(/^1\./, "unsupported version") }).readonly();

/** An image manifest or an index, told apart by the media type; without one by what they have. */
export type ManifestDocument = ({ readonly kind: "manifest" } & Manifest) | ({ readonly kind: "index" } & Index);

/**
 * Reads a manifest or an index.
 *
 * @throws StatusError invalid-argument for what is neither, and for one that says of itself to be of another type.
 */
export function readManifest(bytes: Uint8Array, type?: string): ManifestDocument {
  const json = readJson(bytes, "manifest");
  const own = isRecord(json) && typeof json["mediaType"] === "string" ? json["mediaType"] : undefined;
  if (own !== undefined && type !== undefined && own !== type) {
    throw invalid("manifest", `media type "${own}" is not the expected "${type}"`);
  }
  const said = type ?? own;
  const looksLikeIndex = isRecord(json) && Array.isArray(json["manifests"]);
  const isIndex = said === undefined ? looksLikeIndex : isIndexType(said) || (!isManifestType(said) && looksLikeIndex);
  return isIndex
    ? { kind: "index", ...check<Index>(indexSchema, json, "index") }
    : { kind: "manifest", ...check<Manifest>(manifestSchema, json, "manifest") };
}

/** @throws StatusError invalid-argument */
export const readIndex = (bytes: Uint8Array): Index => check<Index>(indexSchema, readJson(bytes, "index"), "index");

/** @throws StatusError invalid-argument */
export const readImageConfig = (bytes: Uint8Array): ImageConfig =>
  check<ImageConfig>(configSchema, readJson(bytes, "image configuration"), "image configuration");

/** @throws StatusError invalid-argument for a layout of another version */
export const readImageLayout = (bytes: Uint8Array): ImageLayout =>
  check<ImageLayout>(layoutSchema, readJson(bytes, "image layout"), "image layout");

function readJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(decode(bytes));
  } catch (error) {
    throw invalid(what, error instanceof Error ? error.message : "no JSON");
  }
}

/** The first thing that is wrong, with its place. */
function check<T>(schema: z.ZodType<unknown>, json: unknown, what: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data as T;
  const [issue] = result.error.issues;
  const place = issue === undefined ? "" : issue.path.map(String).join(".");
  throw invalid(what, `${place === "" ? "" : `${place}: `}${issue?.message ?? "wrong shape"}`);
}

const invalid = (what: string, why: string): StatusError =>
  new StatusError("invalid-argument", `invalid ${what}: ${why}`);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const withoutNulls = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
