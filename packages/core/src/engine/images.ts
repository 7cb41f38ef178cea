/**
 * The image service: finding images by what people call them, pulling, tagging, removing.
 *
 * @see moby daemon/images
 */
import type { BaseImage } from "../build/index.ts";
import { type CatalogueImage, catalogueImage } from "../catalogue/index.ts";
import type { LayerEntry } from "../content/index.ts";
import type { Image, ImageStore } from "../image/index.ts";
import { offlineError } from "../lib/go/index.ts";
import { StatusError } from "../lib/index.ts";
import type { ImageConfig, Platform } from "../oci/index.ts";
import type { Change } from "../snapshot/index.ts";
import {
  familiarText,
  type ImageReference,
  parseReference,
  referenceText,
  withDefaultTag,
} from "./docker/reference.ts";
import type { EventLog } from "./events.ts";

export class ImageService {
  readonly #store: ImageStore;
  readonly #events: EventLog;
  /** Images that the user has defined or built into the world, besides the catalogue. */
  readonly #lookup: (name: string) => CatalogueImage | undefined;

  readonly #registry: "world" | "offline";

  /** `registry` is what a build finds that wants an image nobody has pulled: the catalogue, or no network. */
  constructor(store: ImageStore, events: EventLog, registry: "world" | "offline" = "world", lookup = catalogueImage) {
    this.#store = store;
    this.#events = events;
    this.#registry = registry;
    this.#lookup = lookup;
  }

  /** By name, ID, or the beginning of an ID. @throws StatusError not-found, invalid-argument for no reference */
  get(text: string): Image {
    const found = this.find(text);
    if (found === undefined) throw new StatusError("not-found", `No such image: ${familiar(text)}`);
    return found;
  }

  find(text: string): Image | undefined {
    const digits = text.startsWith("sha256:") ? text.slice("sha256:".length) : text;
    if (/^[a-f0-9]{64}$/.test(digits)) return this.#store.byId(`sha256:${digits}`);
    const named = this.#store.byName(writtenOut(text));
    if (named !== undefined) return named;
    return /^[a-f0-9]+$/.test(digits) ? this.#store.byPrefix(digits) : undefined;
  }

  /** Every image, newest first. */
  list(): readonly Image[] {
    return [...this.#store.list()].reverse();
  }

  /** The names of an image as people write them: "busybox:latest". */
  tags(image: Image): readonly string[] {
    return this.#store.names(image).map((name) => familiarText(parse(name)));
  }

  /**
   * Gets an image from the world's registry.
   *
   * @throws StatusError not-found if nobody has it
   */
  pull(text: string): Image {
    const reference = withDefaultTag(parse(text));
    const name = referenceText(reference);
    const offered = this.#lookup(name);
    if (offered === undefined) throw pullDenied(reference, text);
    const image = this.#store.unpack(offered.config, offered.layers);
    this.#store.tag(image, name);
    this.#events.record("image", "pull", familiarText(reference), { name: reference.path.replace(/^library\//, "") });
    return image;
  }

  /**
   * An image to build on: one that is here, else one of the world's registry, whose layers are unpacked and which gets
   * no name. The registry has its images for every platform.
   *
   * @throws StatusError not-found if nobody has it
   */
  resolve(text: string, platform: Platform | undefined): BaseImage {
    const reference = withDefaultTag(parse(text));
    const name = referenceText(reference);
    const known = this.find(text);
    if (known !== undefined && (platform === undefined || isFor(known.config, platform)))
      return { config: known.config, chain: known.chain, name };
    const offered = this.#registry === "offline" ? undefined : this.#lookup(name);
    if (offered === undefined) throw this.#unresolved(reference);
    const chain = this.#store.unpackLayers(offered.config, offered.layers);
    return { config: platform === undefined ? offered.config : configFor(offered.config, platform), chain, name };
  }

  /**
   * Asks for the frontend that `# syntax=` names. The usual ones are built in.
   *
   * @throws StatusError if nobody has it
   */
  resolveFrontend(text: string): void {
    const reference = withDefaultTag(parse(text));
    const isUsual = reference.domain === "docker.io" && /^docker\/dockerfile(-upstream)?$/.test(reference.path);
    if (this.#registry === "offline" || !isUsual) throw this.#unresolved(reference);
  }

  #unresolved(reference: ImageReference): StatusError {
    const name = referenceText(reference);
    const host = reference.domain === "docker.io" ? "registry-1.docker.io" : reference.domain;
    const manifest = `https://${host}/v2/${reference.path}/manifests/${reference.digest ?? reference.tag ?? "latest"}`;
    const why = this.#registry === "world" ? ACCESS_DENIED : `failed to do request: ${offlineError("Head", manifest)}`;
    return new StatusError("not-found", `failed to resolve source metadata for ${name}: ${why}`);
  }

  /** A name with everything that people leave out: "docker.io/library/busybox:latest". */
  fullName(text: string): string {
    return writtenOut(text);
  }

  /** Gives an image that was just built a name; returns it written out. */
  name(image: Image, text: string): string {
    const reference = parse(text);
    this.#store.tag(image, referenceText(withDefaultTag(reference)));
    this.#events.record("image", "tag", image.id, { name: familiar(text) });
    return referenceText(reference);
  }

  /** @throws StatusError not-found, invalid-argument for a bad target */
  tag(source: string, target: string): void {
    const image = this.get(source);
    const name = referenceText(withDefaultTag(parse(target)));
    this.#store.tag(image, name);
    this.#events.record("image", "tag", image.id, { name: familiar(target) });
  }

  /** What a layer, by its snapshot, changes of those below it. */
  changes(snapshot: string): Iterable<Change> {
    return this.#store.changes(snapshot);
  }

  /** The entries of a layer, by its snapshot, as its archive has them. */
  layer(snapshot: string): Iterable<LayerEntry> {
    return this.#store.layer(snapshot);
  }

  /** Bytes of the files in a layer. */
  layerBytes(snapshot: string): number {
    return this.#store.layerBytes(snapshot);
  }

  get store(): ImageStore {
    return this.#store;
  }
}

function isFor(config: ImageConfig, { os, architecture, variant }: Platform): boolean {
  return config.os === os && config.architecture === architecture && (config.variant ?? variant) === variant;
}

function configFor(config: ImageConfig, { os, architecture, variant }: Platform): ImageConfig {
  const { variant: _own, ...rest } = config;
  return { ...rest, os, architecture, ...(variant === undefined ? {} : { variant }) };
}

const ACCESS_DENIED =
  "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed";

function pullDenied(reference: ImageReference, text: string): StatusError {
  const name = familiarText(reference).replace(/:[^:/]*$/, "");
  if (reference.domain !== "docker.io") {
    return new StatusError(
      "not-found",
      `failed to resolve reference "${referenceText(reference)}": ${text}: not found`,
    );
  }
  return new StatusError(
    "not-found",
    `pull access denied for ${name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
  );
}

/** @throws StatusError invalid-argument */
function parse(text: string): ImageReference {
  try {
    return parseReference(text);
  } catch (error) {
    throw new StatusError("invalid-argument", error instanceof Error ? error.message : String(error));
  }
}

const writtenOut = (text: string): string => referenceText(withDefaultTag(parse(text)));

function familiar(text: string): string {
  return /^sha256:/.test(text) ? text : familiarText(withDefaultTag(parse(text)));
}
