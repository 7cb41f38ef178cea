/** `docker buildx imagetools inspect`. @see docker/buildx util/imagetools/printers.go */
import { decode } from "../../../lib/index.ts";
import {
  type Descriptor,
  goJsonLines,
  type ImageReference,
  type Index,
  isIndexType,
  platformText,
  referenceText,
} from "../../../oci/index.ts";
import { readIndex } from "../../../oci/schema.ts";
import { manifestName } from "../../docker/commands/manifest.ts";
import {
  REGISTRY_IMAGE,
  REGISTRY_IMAGES,
  REGISTRY_INDEX,
  REGISTRY_MANIFEST,
  type RegistryImage,
} from "../../docker/inspected/registry-image.ts";
import type { RequestOf } from "../../docker/request.ts";
import { executeTemplate } from "../../docker/template/execute.ts";
import { GO_FUNCTIONS, type TemplateFunction } from "../../docker/template/functions.ts";
import { jsonText } from "../../docker/template/json.ts";
import { parseTemplate } from "../../docker/template/parse.ts";
import { ANY, GoValue, STRING } from "../../docker/template/type.ts";
import type { Session } from "../session.ts";
import type { PlatformImage, RegistryImages } from "./registry-images.ts";

const INDENT = "  ";
const SPDX = "https://spdx.dev/Document";
const SLSA = "https://slsa.dev/provenance/";
/** A template that begins so is as good as none. */
const WHOLE_MANIFEST = /^\{\{(?:- )?\s*\.Manifest/;

/** The functions of Go, and JSON for people. */
const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([
  ...GO_FUNCTIONS,
  [
    "json",
    {
      parameters: [ANY],
      call: (value) => new GoValue(STRING, goJsonLines(JSON.parse(jsonText(value)))),
    },
  ],
]);

/** @throws StatusError for an image that cannot be had; ValueError for a template that cannot be followed */
export async function inspectImage(
  session: Session,
  images: RegistryImages,
  { name, raw, format }: RequestOf<"imagetools inspect">,
): Promise<void> {
  const reference = manifestName(name);
  const target = await images.resolve(reference);
  const bytes = await images.read(reference, target);
  const index = isIndexType(target.mediaType) ? readIndex(bytes) : undefined;
  if (raw) session.out(decode(bytes));
  else if (format === "") session.out(described(reference, target, index));
  else {
    const loaded = await images.load(reference, target);
    const template = parseTemplate("", format, new Set(FUNCTIONS.keys()));
    if (WHOLE_MANIFEST.test(format)) session.out(described(reference, target, index));
    else session.out(executeTemplate(template, shown(name, target, index, loaded), { functions: FUNCTIONS }));
  }
}

/** For people. */
function described(reference: ImageReference, { mediaType, digest }: Descriptor, index: Index | undefined): string {
  const about = aligned([
    ["Name:", referenceText(reference)],
    ["MediaType:", mediaType],
    ["Digest:", digest],
  ]);
  if (index === undefined) return about;
  const parts = index.manifests.map((one) => manifestParts(reference, one));
  const rows = parts.flatMap((rows, at) => (at === 0 ? rows : [NO_ROW, ...rows]));
  return about + aligned([NO_ROW, ["Manifests:", ""]]) + aligned(rows);
}

type Row = readonly [label: string, value: string];
const NO_ROW: Row = ["", ""];

function manifestParts(reference: ImageReference, manifest: Descriptor): readonly Row[] {
  const { mediaType, digest, platform, urls = [], annotations = {} } = manifest;
  const { "os.version": version = "", "os.features": features = [] } = platform ?? {};
  const rows: readonly Row[] = [
    ["Name:", referenceText({ ...reference, digest })],
    ["MediaType:", mediaType],
    ...(platform === undefined
      ? []
      : (
          [
            ["Platform:", platformText(platform)],
            ["OSVersion:", version],
            ["OSFeatures:", features.join(", ")],
            ["URLs:", urls.join(", ")],
          ] as const
        ).filter(([, value]) => value !== "")),
  ];
  const notes = platform === undefined ? [] : Object.entries(annotations);
  const noted: readonly Row[] = notes.length === 0 ? [] : [["Annotations:", ""]];
  return [
    ...[...rows, ...noted].map(([label, value]): Row => [INDENT + label, value]),
    ...notes.map(([key, value]): Row => [`${INDENT}${INDENT}${key}:`, value]),
  ];
}

/** Two columns. @see Go text/tabwriter */
function aligned(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 1;
  return rows.map(([label, value]) => `${label.padEnd(width)}${value}\n`).join("");
}

/** What a template sees. */
function shown(name: string, target: Descriptor, index: Index | undefined, images: readonly PlatformImage[]): GoValue {
  const manifest =
    index === undefined
      ? new GoValue(REGISTRY_MANIFEST, target)
      : new GoValue(REGISTRY_INDEX, { ...index, digest: target.digest, size: target.size });
  const several = (of: (one: PlatformImage) => unknown): unknown =>
    Object.fromEntries(images.flatMap((one) => (of(one) === undefined ? [] : [[one.platform, of(one)]])));
  const isMany = images.length > 1;
  const pick = (of: (one: PlatformImage) => unknown): unknown =>
    isMany ? several(of) : ((images[0] && of(images[0])) ?? (of === configOf ? null : {}));
  const value: RegistryImage = {
    name,
    manifest,
    image: pick(configOf),
    sbom: pick(sbomOf),
    provenance: pick(provenanceOf),
  };
  return new GoValue(isMany ? REGISTRY_IMAGES : REGISTRY_IMAGE, value);
}

const configOf = ({ config }: PlatformImage): unknown => config;

function sbomOf({ statements }: PlatformImage): unknown {
  const [first, ...others] = statements.filter(({ type }) => type === SPDX).map(({ predicate }) => predicate);
  return first === undefined ? undefined : { SPDX: first, ...(others.length > 0 && { AdditionalSPDXs: others }) };
}

function provenanceOf({ statements }: PlatformImage): unknown {
  const found = statements.find(({ type }) => type.startsWith(SLSA));
  return found && { SLSA: found.predicate };
}
