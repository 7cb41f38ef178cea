/**
 * Images as they were before Docker 1.10: one for each layer, which names the one below as its parent. `docker save`
 * writes their documents still, though nothing in the archive leads to them.
 *
 * @see moby image/image.go V1Image, image/v1/imagev1.go CreateID, image/tarexport/save.go saveImage
 */
import { compareBytes, decode } from "../lib/index.ts";
import { type Digest, digestOf, digestParts, documentBytes, type ImageConfig } from "../oci/index.ts";
import { chainIds } from "./image.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a document in their order. Those that are empty are left out, but for the time. */
const V1_FIELDS = [
  "id",
  "parent",
  "comment",
  "created",
  "container",
  "container_config",
  "docker_version",
  "author",
  "config",
  "architecture",
  "variant",
  "os",
  "Size",
];

/**
 * The fields of a container's configuration in their order, with what they say if nothing was said; without it, those
 * that are empty are left out.
 *
 * @see moby api/types/container/config.go
 */
const CONTAINER_FIELDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["Hostname", ""],
  ["Domainname", ""],
  ["User", ""],
  ["AttachStdin", false],
  ["AttachStdout", false],
  ["AttachStderr", false],
  ["ExposedPorts", undefined],
  ["Tty", false],
  ["OpenStdin", false],
  ["StdinOnce", false],
  ["Env", null],
  ["Cmd", null],
  ["Healthcheck", undefined],
  ["ArgsEscaped", undefined],
  ["Image", ""],
  ["Volumes", null],
  ["WorkingDir", ""],
  ["Entrypoint", null],
  ["NetworkDisabled", undefined],
  ["MacAddress", undefined],
  ["OnBuild", null],
  ["Labels", null],
  ["StopSignal", undefined],
  ["StopTimeout", undefined],
  ["Shell", undefined],
]);
const MAPS: ReadonlySet<string> = new Set(["ExposedPorts", "Volumes", "Labels"]);
const HEALTHCHECK_FIELDS = ["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"];

/** The documents, the lowest layer's first. `document` is the image's own, which the topmost tells again. */
export function v1Images(
  document: Uint8Array,
  { os, rootfs }: Pick<ImageConfig, "os" | "rootfs">,
): readonly Uint8Array[] {
  const top = v1Fields(JSON.parse(decode(document)));
  const lower = v1Fields({ created: "1970-01-01T00:00:00Z" });
  const layers = chainIds(rootfs.diff_ids);
  let parent: Digest | undefined;
  return layers.map((layer, index) => {
    const about = index === layers.length - 1 ? top : lower;
    const id = digestOf(documentBytes(sorted({ ...about, layer_id: layer, parent })));
    const named = { ...about, id: hex(id), parent: parent && hex(parent), os };
    parent = id;
    return documentBytes(inOrder(named, V1_FIELDS));
  });
}

function v1Fields({ rootfs: _layers, history: _steps, id: _id, parent: _parent, ...said }: Fields): Fields {
  const { created = null, container_config: before, config } = said;
  const kept = V1_FIELDS.flatMap((key) => (isEmpty(said[key]) ? [] : [[key, said[key]] as const]));
  return {
    ...Object.fromEntries(kept),
    created,
    container_config: containerConfig(before),
    ...(isObject(config) ? { config: containerConfig(config) } : {}),
  };
}

function containerConfig(given: unknown): ReadonlyMap<string, unknown> {
  const said = isObject(given) ? given : {};
  return new Map(
    [...CONTAINER_FIELDS].map(([key, unsaid]) => {
      const value = said[key] ?? unsaid;
      if (unsaid === undefined && isEmpty(value)) return [key, undefined];
      if (!isObject(value)) return [key, value];
      return [key, MAPS.has(key) ? sorted(value) : inOrder(value, HEALTHCHECK_FIELDS)];
    }),
  );
}

const inOrder = (fields: Fields, keys: readonly string[]): ReadonlyMap<string, unknown> =>
  new Map(keys.map((key) => [key, fields[key]]));

const sorted = (fields: Fields): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(fields).sort(([a], [b]) => compareBytes(a, b)));

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** As Go's encoding/json understands "omitempty", which leaves structures as they are. */
const isEmpty = (value: unknown): boolean =>
  !value || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

const hex = (digest: Digest): string => digestParts(digest).hex;
