/**
 * The image service: finding images by what people call them, pulling, tagging, removing.
 *
 * @see moby daemon/images
 */
import type { Program } from "../abi/index.ts";
import type {
  BaseImage,
  FrontendEnd,
  OfferedCache,
  ResolveImageOptions,
  SourceStatus,
  TellableCache,
} from "../build/index.ts";
import { type CatalogueImage, catalogueImage } from "../catalogue/index.ts";
import { ContentStore, decompressLayer, type LayerEntry, MemoryContentDisk } from "../content/index.ts";
import { type Image, type ImageStore, type LoadedImage, loadImages, saveImages } from "../image/index.ts";
import { httpUrlProblem, quote } from "../lib/go/index.ts";
import { type Bytes, type Chunks, compareBytes, StatusError } from "../lib/index.ts";
import {
  type Descriptor,
  digestOf,
  familiarName,
  familiarText,
  HOST_PLATFORM,
  type HostPlatform,
  type ImageConfig,
  type ImageReference,
  type ImageRunConfig,
  isNameOnly,
  parseReference as parse,
  parseReferenceOrId,
  platformText,
  referenceText,
  repositoryName,
  withDefaultTag,
} from "../oci/index.ts";
import {
  type Credentials,
  type FoundRepository,
  HttpNetwork,
  type SearchOptions,
  searchRepositories,
  type TransportOptions,
} from "../registry/index.ts";
import type { Change } from "../snapshot/index.ts";
import type { ImageNames } from "./documents/image.ts";
import { ENGINE_VERSION } from "./documents/versions.ts";
import type { EventLog } from "./events.ts";
import { BaseImages } from "./image/base-images.ts";
import { type ImageDefinition, makeImage } from "./image/define-image.ts";
import {
  ImageTransfers,
  type RemoteImage,
  type TransferNetwork,
  type TransferOptions,
} from "./image/image-transfers.ts";

export type TagTimes = readonly (readonly [imageId: string, timeUs: number])[];

export class ImageService {
  readonly #fullNames = new Map<string, string>();
  readonly #store: ImageStore;
  readonly #events: EventLog;
  /** When an image was given a name by hand. */
  readonly #tagged = new WeakMap<Image, number>();
  /** Images that the user has defined or built into the world, besides the catalogue. */
  readonly #lookup: (name: string) => CatalogueImage | undefined;

  readonly #network: () => TransferNetwork;
  #transfersMade: ImageTransfers | undefined;
  #baseTransfersMade: ImageTransfers | undefined;
  #basesMade: BaseImages | undefined;
  /** Is told the programs of images that are defined. */
  readonly #register: (name: string, program: Program) => void;

  constructor(
    store: ImageStore,
    events: EventLog,
    register: (name: string, program: Program) => void = () => {},
    lookup = catalogueImage,
    network: () => TransferNetwork = noNetwork,
  ) {
    this.#network = network;
    this.#register = register;
    this.#store = store;
    this.#events = events;
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
    return this.#byName(text) ?? (/^[a-f0-9]+$/.test(digits) ? this.#store.byPrefix(digits) : undefined);
  }

  #byName(text: string): Image | undefined {
    const name = this.#fullName(text);
    // Beside a digest a tag says nothing: it may stand for another image by now.
    return this.#store.byName(name) ?? this.#store.byName(name.replace(/:[^/:@]+@/, "@"));
  }

  /** Written out; containers are made of the same few images again and again. */
  #fullName(text: string): string {
    const known = this.#fullNames.get(text);
    if (known !== undefined) return known;
    const name = writtenOut(text);
    if (this.#fullNames.size >= FULL_NAMES_LIMIT) this.#fullNames.clear();
    this.#fullNames.set(text, name);
    return name;
  }

  /** When images were given names, by their ids. */
  get tagTimes(): TagTimes {
    return this.#store.list().flatMap((image) => {
      const timeUs = this.#tagged.get(image);
      return timeUs === undefined ? [] : [[image.id, timeUs] as const];
    });
  }

  restoreTagTimes(times: TagTimes): void {
    const known = new Map(times);
    for (const image of this.#store.list()) {
      const timeUs = known.get(image.id);
      if (timeUs !== undefined) this.#tagged.set(image, timeUs);
    }
  }

  /** Every image, newest first. */
  list(): readonly Image[] {
    return [...this.#store.list()].reverse();
  }

  /** An image, what it was made of, what that was made of, and so on. */
  line(image: Image): readonly Image[] {
    const line: Image[] = [];
    for (let one: Image | undefined = image; one !== undefined; one = this.#store.parent(one)) line.push(one);
    return line;
  }

  /** Whether an image is only a step on the way to another one: nobody has named it. */
  isIntermediate(image: Image): boolean {
    return this.#store.references(image).length === 0 && this.#store.hasChildren(image);
  }

  /** The names of an image as people write them: "busybox:latest". */
  tags(image: Image): readonly string[] {
    return this.#store.names(image).map((name) => familiarText(parse(name)));
  }

  /** The names of an image, and what registries have it under. */
  familiarNames(image: Image): ImageNames {
    return {
      tags: this.tags(image),
      digests: this.digests(image),
      parent: this.#store.parent(image)?.id ?? "",
      taggedUs: this.#tagged.get(image) ?? 0,
    };
  }

  /** What registries have an image under, as people write it: "busybox@sha256:…". */
  digests(image: Image): readonly string[] {
    return this.#store.digests(image).map((name) => familiarText(parse(name)));
  }

  /**
   * Gets an image from its registry. `imageName` may have a tag or a digest; without one it is the tag "latest".
   *
   * @throws StatusError with the words of Docker or the registry
   */
  async pull(imageName: string, options: TransferOptions = {}): Promise<Image> {
    return this.#pullBy(this.#transfers(), imageName, options);
  }

  /** The same for a build of the older builder: its way to registries is that of builds. */
  async pullBase(imageName: string, options: TransferOptions = {}): Promise<Image> {
    const network = this.#network();
    if (network.baseFetch === undefined) return this.pull(imageName, options);
    const transport = { ...network.transport, fetch: network.baseFetch };
    this.#baseTransfersMade ??= new ImageTransfers(this.#store, { ...network, transport });
    return this.#pullBy(this.#baseTransfersMade, imageName, options);
  }

  async #pullBy(transfers: ImageTransfers, imageName: string, options: TransferOptions): Promise<Image> {
    const reference = withDefaultTag(parse(imageName));
    const image = await transfers.pull(reference, options);
    this.#note("pull", familiarText(reference), image, familiarName(reference));
    return image;
  }

  /** What a name stands for at its registry, without fetching it. @throws StatusError with the registry's words */
  remote(imageName: string): Promise<RemoteImage> {
    return this.#transfers().remote(withDefaultTag(parse(imageName)));
  }

  /**
   * Asks the registry of a domain whether it knows somebody; nothing is kept.
   *
   * @throws StatusError unauthenticated; invalid-argument for what is no host; unavailable if nobody is there
   */
  async login(domain: string, who: Credentials): Promise<void> {
    const problem = httpUrlProblem(`https://${domain}`);
    if (problem?.startsWith("parse ")) {
      throw new StatusError("invalid-argument", `unable to parse server address: ${problem}`);
    }
    const url = `https://${domain}/v2/`;
    if (problem !== undefined || !URL.canParse(url)) {
      const lost = `Get ${quote(url)}: dial tcp: lookup ${domain}: no such host`;
      throw new StatusError("unavailable", httpUrlProblem(url) ?? lost);
    }
    await this.#transfers().login(domain, who);
  }

  /** All tags that a registry has of a repository. @throws StatusError */
  remoteTags(imageName: string): Promise<readonly string[]> {
    return this.#transfers().tags(parse(imageName));
  }

  /** Repositories of a registry by a part of their names. @throws StatusError invalid-argument, internal */
  search(term: string, { limit }: Pick<SearchOptions, "limit"> = {}): Promise<readonly FoundRepository[]> {
    const { transport, baseFetch = transport.fetch } = this.#network();
    const { insecureHosts = [] } = transport;
    return searchRepositories(baseFetch, term, { insecureHosts, ...(limit === undefined ? {} : { limit }) });
  }

  /** Uploads an image to the registry that its name says. @throws StatusError */
  async push(imageName: string, options: TransferOptions = {}): Promise<Descriptor> {
    const reference = withDefaultTag(parse(imageName));
    const image = this.#store.byName(referenceText(reference));
    if (image === undefined) throw notHere(reference);
    const descriptor = await this.#transfers().push(image, reference, options);
    this.#note("push", familiarText(reference), image, familiarName(reference));
    return descriptor;
  }

  /** All names that images have in a repository, in the order of their bytes. @throws StatusError not-found without one */
  namesIn(reference: ImageReference): readonly string[] {
    const prefix = `${repositoryName(reference)}:`;
    const names = this.#store.list().flatMap((image) => this.#store.names(image));
    const found = names.filter((name) => name.startsWith(prefix)).sort(compareBytes);
    if (found.length === 0) throw notHere(reference);
    return found;
  }

  /**
   * Images as one archive, as `docker save` writes it, in chunks that share memory with the images; `whole()` makes one
   * array of them. A name without a tag stands for all tags of its repository.
   *
   * @throws StatusError not-found; internal for an image without layers
   */
  save(names: readonly string[], platform?: HostPlatform): Chunks {
    const saved = new Map<Image, string[]>();
    for (const name of names) {
      for (const { image, names: own } of this.#named(name)) {
        const known = saved.get(image) ?? [];
        saved.set(image, [...known, ...own.filter((one) => !known.includes(one))]);
      }
    }
    if (platform !== undefined) for (const image of saved.keys()) checkExport(image, platform);
    if ([...saved.keys()].some(({ chain }) => chain.length === 0))
      throw new StatusError("internal", "empty export - not implemented");
    for (const image of saved.keys()) this.note("save", image);
    return saveImages(
      this.#store,
      [...saved].map(([image, own]) => ({ image, names: own })),
      this.#events.nowUs,
    );
  }

  /** @throws StatusError not-found without the image, or if it is for another platform than the one that is wanted */
  getFor(reference: string, wanted: HostPlatform | undefined): Image {
    const image = this.get(reference);
    if (wanted === undefined) return image;
    const { os, architecture } = image.config;
    if (wanted.os === os && (wanted.architecture === "" || wanted.architecture === architecture)) return image;
    throw new StatusError(
      "not-found",
      `image with reference ${reference} was found but its platform (${os}/${architecture}) does not match the specified platform (${platformText(wanted)})`,
    );
  }

  /** Images out of an archive: of `docker save`, or an OCI image layout. @throws StatusError invalid-argument */
  load(archive: Bytes, wanted?: HostPlatform): readonly LoadedImage[] {
    const platform = wanted ?? HOST_PLATFORM;
    const { codecs = {} } = this.#network();
    const loaded = loadImages(this.#store, archive, { platform, isStrict: wanted !== undefined, codecs });
    for (const { image } of loaded) this.note("load", image);
    return loaded;
  }

  /** An image of one layer, which is an archive of files. @throws StatusError invalid-argument */
  importArchive(archive: Bytes, options: ImportOptions): Image {
    const layer = decompressLayer(archive, { codecs: this.#network().codecs ?? {} });
    // Whatever is shorter than a block is no archive; nothing at all is one without files.
    if (layer.length > 0 && layer.length < BLOCK) throw new StatusError("invalid-argument", "unexpected EOF");
    const { created, message = "Imported from -", config = {}, name, platform = HOST_PLATFORM } = options;
    if (platform.os !== HOST_PLATFORM.os) {
      throw new StatusError("invalid-argument", "operating system is not supported");
    }
    const document: ImageConfig = {
      ...platform,
      created,
      docker_version: ENGINE_VERSION,
      config,
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
      history: [{ created, comment: message }],
    };
    const image = this.#store.unpack(document, [layer]);
    if (name !== undefined) this.name(image, writtenOut(name));
    this.note("import", image);
    return image;
  }

  /** The images that a name of `save` stands for, each with the names that it is saved under. @throws StatusError */
  #named(name: string): readonly { readonly image: Image; readonly names: readonly string[] }[] {
    const reference = parseReferenceOrId(name);
    if (reference !== undefined && isNameOnly(reference)) {
      const prefix = `${repositoryName(reference)}:`;
      const tagged = this.#store.list().map((image) => ({
        image,
        names: this.#store.names(image).filter((one) => one.startsWith(prefix)),
      }));
      const found = tagged.filter(({ names }) => names.length > 0);
      if (found.length > 0) return found;
    }
    const image = this.find(name);
    if (image === undefined) {
      const isWritten = reference !== undefined && !isNameOnly(reference);
      throw new StatusError("not-found", isWritten ? "reference does not exist" : `No such image: ${name}`);
    }
    const isName = reference?.tag !== undefined && this.#store.byName(referenceText(reference)) === image;
    return [{ image, names: isName ? [referenceText(reference)] : [] }];
  }

  /** An image to build on: one that is here, else one of a registry. @throws StatusError; AuthorizationError */
  resolve(text: string, options?: ResolveImageOptions): Promise<BaseImage> {
    return this.#bases().resolve(text, options);
  }

  /** What an image or a build cache offers: one that is here, else one of a registry. @throws as `resolve` */
  resolveCache(text: string, options?: ResolveImageOptions): Promise<OfferedCache> {
    return this.#bases().resolveCache(text, options);
  }

  /** Uploads a build cache; tells what it writes. @throws StatusError */
  pushCache(text: string, cache: TellableCache, tell: SourceStatus): Promise<void> {
    return this.#transfers().pushCache(withDefaultTag(parse(text)), cache, tell);
  }

  /** Asks for the frontend that `# syntax=` names. @throws StatusError if nobody has it */
  resolveFrontend(text: string): Promise<FrontendEnd> {
    return this.#bases().resolveFrontend(text);
  }

  /** A name with everything that people leave out: "docker.io/library/busybox:latest". */
  fullName(text: string): string {
    return writtenOut(text);
  }

  /** A name as people write it, with its tag: "busybox:latest". */
  familiarName(text: string): string {
    return familiar(text);
  }

  /**
   * Gives an image that was just made a name, and tells of it as the caller wrote it: BuildKit leaves "latest" out.
   * Returns it written out.
   */
  name(image: Image, text: string): string {
    const reference = parse(text);
    this.#tag(image, referenceText(withDefaultTag(reference)));
    this.note("tag", image, familiarText(reference));
    return referenceText(reference);
  }

  /** Tells of something that was done with an image, which is called by its ID unless it has a name for it. */
  note(action: string, image: Image, name: string = image.id): void {
    this.#note(action, image.id, image, name);
  }

  /** @see moby daemon/images/image_events.go LogImageEvent */
  #note(action: string, id: string, image: Image, name: string): void {
    this.#events.record("image", action, id, { ...image.config.config.Labels, name });
  }

  /** @throws StatusError invalid-argument for a name that could be the beginning of a digest */
  #tag(image: Image, name: string): void {
    if (name.startsWith("docker.io/library/sha256:")) {
      const message = "refusing to create an ambiguous tag using digest algorithm as name";
      throw new StatusError("invalid-argument", message);
    }
    this.#store.tag(image, name);
    this.#tagged.set(image, this.#events.nowUs);
  }

  /** @throws StatusError not-found, invalid-argument for a bad target */
  tag(source: string, target: string): void {
    const image = this.get(source);
    const name = referenceText(withDefaultTag(parse(target)));
    this.#tag(image, name);
    this.note("tag", image, familiar(target));
  }

  /**
   * Makes an image of a program or a declared behaviour, and gives it a name.
   *
   * @throws StatusError not-found without the image that it stands on, invalid-argument for a bad definition
   */
  define(text: string, definition: ImageDefinition): Image {
    const name = writtenOut(text);
    const from = definition.from ?? "busybox";
    const base = from === "scratch" ? undefined : this.#definitionBase(from);
    const made = makeImage(familiar(text), definition, base, 0);
    if (made.program !== undefined) this.#register(made.program.name, made.program.run);
    const chain = this.#store.unpackOn(base?.chain ?? [], made.layer);
    const image = this.#store.add(made.config, chain);
    this.#tag(image, name);
    this.note("tag", image, familiar(text));
    return image;
  }

  /** An image that is here, or one of the catalogue: nobody waits for a registry. @throws StatusError not-found */
  #definitionBase(text: string): Pick<Image, "config" | "chain"> {
    const known = this.find(text);
    if (known !== undefined) return known;
    const offered = this.#lookup(writtenOut(text));
    if (offered === undefined) throw new StatusError("not-found", `No such image: ${familiar(text)}`);
    return { config: offered.config, chain: this.#store.unpackLayers(offered.config, offered.layers) };
  }

  /** What a layer, by its snapshot, changes of those below it. */
  changes(snapshot: string): Iterable<Change> {
    return this.#store.changes(snapshot);
  }

  /** The entries of a layer, by its snapshot, as its archive has them. */
  layer(snapshot: string): Iterable<LayerEntry<Chunks>> {
    return this.#store.layer(snapshot);
  }

  /** Bytes of the files in a layer. */
  layerBytes(snapshot: string): number {
    return this.#store.layerBytes(snapshot);
  }

  /** How registries are reached from the machine. */
  get transport(): TransportOptions {
    return this.#network().transport;
  }

  /** Made when they are first wanted. */
  #transfers(): ImageTransfers {
    this.#transfersMade ??= new ImageTransfers(this.#store, this.#network());
    return this.#transfersMade;
  }

  #bases(): BaseImages {
    const { content, codecs = {}, transport, baseFetch = transport.fetch } = this.#network();
    this.#basesMade ??= new BaseImages({
      store: this.#store,
      content,
      codecs,
      find: (text) => this.#byName(text),
      transport: { ...transport, fetch: baseFetch },
    });
    return this.#basesMade;
  }

  get store(): ImageStore {
    return this.#store;
  }
}

/** Bytes of a record of an archive. */
const BLOCK = 512;

/** @throws StatusError not-found for an image of another platform */
function notHere(reference: ImageReference): StatusError {
  return new StatusError("not-found", `An image does not exist locally with the tag: ${familiarName(reference)}`);
}

function checkExport({ config }: Image, platform: HostPlatform): void {
  if (config.os === platform.os && config.architecture === platform.architecture) return;
  throw new StatusError("not-found", `no suitable export target found for platform ${platformText(platform)}`);
}

export interface ImportOptions {
  /** When the image was made, RFC 3339. */
  readonly created: string;
  /** What its history says. */
  readonly message?: string;
  readonly config?: ImageRunConfig;
  readonly name?: string;
  /** What it says that it runs on. */
  readonly platform?: HostPlatform;
}

function noNetwork(): TransferNetwork {
  const content = new ContentStore(new MemoryContentDisk());
  const registries = new HttpNetwork();
  return { registries, transport: { fetch: registries.fetch }, content };
}

/** Names that are remembered as they are written out. */
const FULL_NAMES_LIMIT = 256;

const writtenOut = (text: string): string => referenceText(withDefaultTag(parse(text)));

function familiar(text: string): string {
  return /^sha256:/.test(text) ? text : familiarText(withDefaultTag(parse(text)));
}
