/**
 * What is kept of builds that are over: `docker buildx history`, and the provenance that `--metadata-file` asks for.
 *
 * Unlike the real daemon's, it does not outlive the process, and records are not filtered.
 *
 * @see BuildKit solver/llbsolver/history.go, control/control.go ListenBuildHistory; containerd content.proto
 */
import { digestOf } from "@bottleship/core/oci";
import type { ClientBuild } from "./builds.ts";
import { CODES, GrpcError } from "./grpc.ts";
import { type GrpcCall, type GrpcMethods, onlyMessage } from "./grpc-server.ts";
import { type BuildRecord, type Descriptor, MESSAGES } from "./messages.ts";

const CONTROL = "/moby.buildkit.v1.Control";
const CONTENT = "/containerd.services.content.v1.Content";
/** As many records as the daemon keeps. @see BuildKit config HistoryConfig.MaxEntries */
const MOST_RECORDS = 50;
const COMPLETE = 1;
const PREDICATE = "https://slsa.dev/provenance/v0.2";

interface Kept {
  readonly build: ClientBuild;
  record: BuildRecord;
}

export class BuildHistory {
  readonly #kept = new Map<string, Kept>();
  readonly #blobs = new Map<string, Uint8Array>();
  /** References that somebody has asked for by name: of these is known afterwards that they were removed. */
  readonly #asked = new Set<string>();
  readonly #removed = new Set<string>();

  get methods(): GrpcMethods {
    return {
      [`${CONTROL}/ListenBuildHistory`]: (call) => this.#listen(call),
      [`${CONTROL}/UpdateBuildHistory`]: (call) => this.#update(call),
      [`${CONTENT}/Info`]: (call) => this.#info(call),
      [`${CONTENT}/Read`]: (call) => this.#read(call),
    };
  }

  /** The build of a record. */
  build(ref: string): ClientBuild | undefined {
    return this.#kept.get(ref)?.build;
  }

  /** Keeps a build that has ended. */
  add(build: ClientBuild, failure: unknown): void {
    const { result, provenance } = build.story();
    const attestation = provenance && this.#blob(provenance, "application/vnd.in-toto+json");
    const record = build.record(failure);
    const { error } = record;
    const externalError =
      error && this.#blob(MESSAGES.status.encode(error), "application/vnd.googeapis.google.rpc.status+proto");
    const image = result && this.#blob(result, "application/vnd.docker.container.image.v1+json");
    const Result = image &&
      attestation && {
        ResultDeprecated: image,
        Results: { 0: image },
        Attestations: [{ ...attestation, annotations: { "in-toto.io/predicate-type": PREDICATE } }],
      };
    this.#kept.set(build.ref, {
      build,
      record: { ...record, ...(Result && { Result }), ...(externalError && { externalError }) },
    });
    const removable = [...this.#kept].filter(([, one]) => !one.record.pinned);
    for (const [ref] of removable.slice(0, Math.max(0, this.#kept.size - MOST_RECORDS))) this.#remove(ref);
  }

  #blob(bytes: Uint8Array, mediaType: string): Descriptor {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, bytes);
    return { media_type: mediaType, digest, size: bytes.length };
  }

  /** Records of equal builds share what they are about. */
  #remove(ref: string): void {
    const { record } = this.#kept.get(ref) ?? {};
    this.#kept.delete(ref);
    const wanted = new Set([...this.#kept.values()].flatMap((kept) => digestsOf(kept.record)));
    for (const digest of record === undefined ? [] : digestsOf(record))
      if (!wanted.has(digest)) this.#blobs.delete(digest);
  }

  async #listen(call: GrpcCall): Promise<void> {
    const { ActiveOnly, Ref, EarlyExit, Limit } = MESSAGES.historyRequest.decode(await onlyMessage(call));
    if (this.#removed.has(Ref)) throw new GrpcError(CODES.unknown, `ref ${Ref} is deleted: file does not exist`);
    if (Ref !== "") this.#asked.add(Ref);
    const wanted = [...this.#kept.values()].filter(({ record }) => !ActiveOnly && (Ref === "" || Ref === record.Ref));
    // The newest first.
    for (const { record } of wanted.reverse().slice(0, Limit > 0 ? Limit : undefined))
      await call.send(MESSAGES.historyEvent.encode({ type: COMPLETE, record }));
    if (EarlyExit || call.signal.aborted) return;
    await new Promise((resolve) => call.signal.addEventListener("abort", resolve, { once: true }));
  }

  async #update(call: GrpcCall): Promise<void> {
    const { Ref, Pinned, Delete } = MESSAGES.historyUpdate.decode(await onlyMessage(call));
    const kept = this.#kept.get(Ref);
    if (Delete && this.#asked.has(Ref)) this.#removed.add(Ref);
    else if (kept === undefined) throw new GrpcError(CODES.unknown, `lease "ref_${Ref}": not found`);
    if (Delete) this.#remove(Ref);
    else if (kept !== undefined) kept.record = { ...kept.record, pinned: Pinned };
    await call.send(MESSAGES.empty.encode({}));
  }

  async #info(call: GrpcCall): Promise<void> {
    const { digest } = MESSAGES.contentRequest.decode(await onlyMessage(call));
    await call.send(MESSAGES.contentInfo.encode({ info: { digest, size: this.#find(digest).length } }));
  }

  async #read(call: GrpcCall): Promise<void> {
    const { digest, offset, size } = MESSAGES.readContent.decode(await onlyMessage(call));
    const bytes = this.#find(digest);
    const data = bytes.subarray(offset, size > 0 ? offset + size : bytes.length);
    await call.send(MESSAGES.content.encode({ offset, data }));
  }

  #find(digest: string): Uint8Array {
    const bytes = this.#blobs.get(digest);
    if (bytes === undefined) throw new GrpcError(CODES.notFound, `content ${digest}: not found`);
    return bytes;
  }
}

function digestsOf({ Result, externalError }: BuildRecord): readonly string[] {
  const all = [Result?.ResultDeprecated, ...(Result?.Attestations ?? []), externalError];
  return all.flatMap((one) => (one === undefined ? [] : [one.digest]));
}
