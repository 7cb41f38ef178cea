/**
 * Registries as BuildKit reaches them, by containerd's client: FROM.
 *
 * Unlike `RegistryClient`, which does as `docker pull` does, it asks with HEAD first, tries a refused request again at
 * once, goes on with a blob that breaks off, and has words of its own for everything that fails.
 *
 * @see containerd core/remotes/docker/resolver.go, fetcher.go, httpreadseeker.go; BuildKit util/resolver/retryhandler
 */
import type { ContentStore, Ingest } from "../../content/index.ts";
import { StatusError } from "../../lib/index.ts";
import {
  ACCEPTED_MANIFESTS,
  type ContentDigest,
  type Descriptor,
  digestOf,
  type ImageReference,
  isContentDigest,
  isIndexType,
  isManifestType,
  referenceText,
} from "../../oci/index.ts";
import { MANIFEST_LIMIT } from "../../oci/schema.ts";
import { bytesOf, chunksOf } from "../body.ts";
import { pullScope, type Repository } from "./client.ts";
import { ConnectionError, TokenError } from "./registry-error.ts";
import { type Answer, RemoteError, tokenFailure, unexpectedStatus } from "./remote-error.ts";
import { type Outgoing, Transport, type TransportOptions } from "./transport.ts";

/** How names and passwords are used: "[auth] library/busybox:pull token for registry-1.docker.io". */
export type LoginListener = (step: string) => void;

/** Answers of one request that are waited for. */
const ANSWER_LIMIT = 5;
/** Breaks without a byte between them. */
const BREAK_LIMIT = 3;
const SECONDS_TO_WAIT = [1, 2, 4];
/** What a registry may answer once, and answer better the next time. */
const MOMENTARY: ReadonlySet<number> = new Set([500, 503, 504]);

interface Host {
  readonly base: string;
  /** As messages name it: a registry on the machine itself was asked with TLS before it was asked without. */
  readonly shown: string;
  readonly query: string;
  readonly isLast: boolean;
}

/** Talks to registries as BuildKit does. */
export class Remote {
  readonly #transport: Transport;
  readonly #triesTls: boolean;

  /** Where TLS is not tried first with registries that do without it, what fails is told as it was asked. */
  constructor(options: TransportOptions, { triesTls = true }: { readonly triesTls?: boolean } = {}) {
    this.#transport = new Transport(options);
    this.#triesTls = triesTls;
  }

  /** What a reference stands for. @throws RemoteError; TokenError */
  async resolve(reference: ImageReference, onLogin?: LoginListener): Promise<Descriptor> {
    const { digest, tag = "latest" } = reference;
    const paths = digest === undefined ? [`manifests/${tag}`] : [`manifests/${digest}`, `blobs/${digest}`];
    let worst = new RemoteError(`${referenceText(reference)}: not found`, { rank: 0 });
    for (const path of paths) {
      // Only where a registry has no such manifest it may have such a blob.
      if (worst.rank > 2) break;
      for (const host of this.#hosts(reference)) {
        try {
          return await this.#describe(host, path, reference, onLogin);
        } catch (error) {
          const failure = error instanceof RemoteError ? error : undefined;
          if (failure === undefined) throw error;
          if (failure.rank > worst.rank) worst = failure;
        }
      }
    }
    throw worst;
  }

  /**
   * Gets what a descriptor names into a store, under a name of containerd's: "config-sha256:…".
   *
   * @throws RemoteError; TokenError
   */
  async fetch(repository: Repository, descriptor: Descriptor, store: ContentStore): Promise<void> {
    const { digest, size, mediaType } = descriptor;
    if (store.has(digest)) return;
    const ref = `${kindOf(mediaType)}-${digest}`;
    const ingest = store.ingest(ref, { algorithm: digest.startsWith("sha512:") ? "sha512" : "sha256" });
    try {
      for (let breaks = 0, isWhole = false; !isWhole; ) {
        const before = ingest.offset;
        const response = await this.#open(repository, descriptor, before);
        const skip = before > 0 && response.status !== 206 ? before : 0;
        isWhole = await appendAll(ingest, response, skip);
        breaks = ingest.offset > before ? 0 : breaks + 1;
        if (!isWhole && breaks > BREAK_LIMIT) throw new RemoteError("failed to copy: unexpected EOF", { rank: 1 });
      }
    } catch (error) {
      ingest.close();
      throw error;
    }
    try {
      ingest.commit({ digest, size });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new RemoteError(`failed commit on ref "${ref}": ${error.message}: failed precondition`, { rank: 3 });
    }
  }

  /** `fetch`, again after a while if the registry seems to be away for a moment. */
  async fetchPatiently(repository: Repository, descriptor: Descriptor, store: ContentStore): Promise<void> {
    for (const seconds of [...SECONDS_TO_WAIT, undefined]) {
      try {
        await this.fetch(repository, descriptor, store);
        return;
      } catch (error) {
        if (seconds === undefined || !(error instanceof RemoteError) || !error.isMomentary) throw error;
        await this.#transport.retry.sleep?.(seconds * 1e6);
      }
    }
  }

  async #describe(
    host: Host,
    path: string,
    reference: ImageReference,
    onLogin: LoginListener | undefined,
  ): Promise<Descriptor> {
    const outgoing = { method: "HEAD", headers: ACCEPT, ...loginTold(reference, host, onLogin) };
    const head = await this.#request(host, path, outgoing);
    if (head.status === 404) throw new RemoteError(`${referenceText(reference)}: not found`, { rank: 2 });
    if (!head.ok) throw await unexpectedStatus(head);
    const said = reference.digest ?? head.response.headers.get("docker-content-digest") ?? "";
    const size = Number(head.response.headers.get("content-length") ?? Number.NaN);
    if (head.method === "HEAD" && isContentDigest(said) && Number.isSafeInteger(size)) {
      return { mediaType: typeOf(head.response), digest: said, size };
    }
    const got = head.method === "GET" ? head : await this.#request(host, path, { ...outgoing, method: "GET" });
    if (!got.ok) throw await unexpectedStatus(got);
    const bytes = await bytesOf(got.response, MANIFEST_LIMIT);
    const digest = isContentDigest(said) ? said : digestOf(bytes);
    return { mediaType: typeOf(got.response), digest, size: bytes.length };
  }

  /** The first of the hosts that gives a blob or a manifest, from an offset on. */
  async #open(repository: Repository, { digest, mediaType }: Descriptor, offset: number): Promise<Response> {
    const isDocument = isManifestType(mediaType) || isIndexType(mediaType);
    const path = `${isDocument ? "manifests" : "blobs"}/${digest}`;
    const headers = { accept: `${mediaType}, */*`, ...(offset === 0 ? {} : { range: `bytes=${offset}-` }) };
    let first: RemoteError | undefined;
    for (const host of this.#hosts(repository)) {
      try {
        const answer = await this.#request(host, path, { method: "GET", headers, scope: pullScope(repository) });
        if (answer.ok) return answer.response;
        throw answer.status === 404
          ? new RemoteError(`content at ${host.shown}/${path} not found: not found`, { rank: 2 })
          : await unexpectedStatus(answer);
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        first ??= error;
      }
    }
    const failure = first ?? new RemoteError("no pull hosts: not found", { rank: 0 });
    throw failure.rank === 2 && !isDocument ? missing(digest, mediaType) : failure.prefixed(COPYING);
  }

  /** Sends a request, and again if the answer says that it may be answered better. */
  async #request(host: Host, path: string, outgoing: Outgoing): Promise<Answer> {
    const url = `${host.base}/${path}${host.query}`;
    let method = outgoing.method ?? "GET";
    for (let count = 1, before = 0; ; count++) {
      const response = await this.#ask(host, url, { ...outgoing, method });
      const { status } = response;
      const answer = { response, status, ok: response.ok, method, url };
      if (status === 401) checkScope(response);
      if (count > ANSWER_LIMIT) return answer;
      if (status === 405 && method === "HEAD") method = "GET";
      else if (!(status === 408 || status === 429)) {
        if (!MOMENTARY.has(status) || status === before || !host.isLast) return answer;
      }
      before = status;
    }
  }

  async #ask(host: Host, url: string, outgoing: Outgoing): Promise<Response> {
    try {
      return await this.#transport.ask(url, outgoing);
    } catch (error) {
      if (error instanceof TokenError) throw tokenFailure(error);
      if (!(error instanceof ConnectionError)) throw error;
      const message = asHttps(error.message, host);
      throw new RemoteError(`failed to do request: ${message}`, {
        rank: 1,
        isMomentary: message.endsWith("EOF"),
        cause: error,
      });
    }
  }

  #hosts({ domain, path }: Repository): readonly Host[] {
    const endpoints = this.#transport.endpoints(domain);
    return endpoints.map((endpoint, index) => {
      const isLast = index === endpoints.length - 1;
      const base = `${endpoint}/v2/${path}`;
      const query = isLast ? "" : `?ns=${encodeURIComponent(domain)}`;
      return { base, shown: this.#triesTls ? base.replace(/^http:/, "https:") : base, query, isLast };
    });
  }
}

const COPYING = "failed to copy: httpReadSeeker: failed open";
const ACCEPT = { accept: [...ACCEPTED_MANIFESTS, "*/*"].join(", ") };

const typeOf = (response: Response): string => (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";

/** What containerd calls a blob while it comes. @see containerd core/remotes/handlers.go MakeRefKey */
function kindOf(mediaType: string): string {
  if (isManifestType(mediaType)) return "manifest";
  if (isIndexType(mediaType)) return "index";
  return /layer|rootfs\.diff/.test(mediaType) ? "layer" : "config";
}

/** Nobody was found under http://: the client says what it met with https://, which it has tried first. */
function asHttps(message: string, { base, shown }: Host): string {
  if (base === shown) return message;
  const dialled = new URL(base).port === "" ? message.replace(/^(.*dial tcp \S+):80: /, "$1:443: ") : message;
  return dialled.replace(base, shown);
}

/** False if the connection breaks before the end. The first bytes of a whole answer may be known already. */
async function appendAll(ingest: Ingest, response: Response, skip: number): Promise<boolean> {
  let left = skip;
  try {
    for await (const chunk of chunksOf(response)) {
      if (chunk.length > left) ingest.append(chunk.subarray(left));
      left = Math.max(0, left - chunk.length);
    }
    return true;
  } catch (error) {
    if (error instanceof StatusError) throw error;
    return false;
  }
}

function missing(digest: ContentDigest, mediaType: string): RemoteError {
  const what = `could not fetch content descriptor ${digest} (${mediaType}) from remote: not found`;
  return new RemoteError(what, { rank: 2 }).prefixed(COPYING);
}

/** A token that is not enough, which cannot get better. @throws RemoteError */
function checkScope(response: Response): void {
  const error = /error="([^"]+)"/.exec(response.headers.get("www-authenticate") ?? "")?.[1];
  if (error === undefined) return;
  throw new RemoteError(
    `pull access denied, repository does not exist or may require authorization: server message: ${error}: authorization failed`,
    { rank: 1 },
  );
}

function loginTold(repository: Repository, { base }: Host, tell: LoginListener | undefined): Pick<Outgoing, "scope"> {
  const { host } = new URL(base);
  return {
    scope: pullScope(repository),
    ...(tell && {
      onLogin: (scheme: string) =>
        tell(
          scheme === "basic"
            ? `[auth] sharing credentials for ${host}`
            : `[auth] ${repository.path}:pull token for ${host}`,
        ),
    }),
  };
}
