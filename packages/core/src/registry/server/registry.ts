/**
 * A registry: requests in, responses out, no socket anywhere.
 *
 * @see distribution-spec 1.1
 */
import { type ContentDisk, ContentStore, MemoryContentDisk } from "../../content/index.ts";
import { ownFunction, StatusError } from "../../lib/index.ts";
import type { Fetch } from "../fetch.ts";
import { type AuthOptions, Gate } from "./auth.ts";
import { deleteBlob, getBlob } from "./blobs.ts";
import type { Call, RegistryState } from "./context.ts";
import { FaultRules, faultProblem, type RegistryFault } from "./fault.ts";
import { listReferrers, listRepositories, listTags } from "./lists.ts";
import { deleteManifest, getManifest, putManifest } from "./manifests.ts";
import { jsonResponse, RegistryProblem } from "./problem.ts";
import { RateLimit, type RateLimitOptions } from "./rate-limit.ts";
import { RegistryDisk } from "./registry-disk.ts";
import { type Resource, type ResourceKind, resourceOf } from "./route.ts";
import { type ImageSource, Shelf } from "./shelf.ts";
import { deleteUpload, getUpload, patchUpload, postUpload, putUpload } from "./uploads.ts";

/** What a registry is made of. */
export interface RegistryOptions {
  /** Where pushed blobs are kept. Default: in memory. */
  readonly store?: ContentStore;
  /** A directory that everything pushed is kept in, and that a later registry finds it in; in place of `store`. */
  readonly disk?: { readonly disk: ContentDisk; readonly path: string };
  /** Images that nobody has pushed. */
  readonly source?: ImageSource;
  readonly auth?: AuthOptions;
  readonly rateLimit?: RateLimitOptions;
  /** May content be deleted? Default true. */
  readonly deletes?: boolean;
  /** Are manifests taken though not everything that they name is there? Default false. */
  readonly takesSparse?: boolean;
  /** The world's clock, for tokens and limits. Without it no time passes. */
  readonly nowUs?: () => number;
  /** Lets virtual time pass, for faults with latency. Without it they have none. */
  readonly sleep?: (us: number) => Promise<void>;
}

type Handler = (call: Call) => Promise<Response>;

const HANDLERS: Readonly<Record<ResourceKind, Readonly<Record<string, Handler>>>> = {
  ping: { GET: ping, HEAD: ping },
  catalog: { GET: listRepositories },
  manifest: { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest },
  blob: { GET: getBlob, HEAD: getBlob, DELETE: deleteBlob },
  upload: { POST: postUpload, PATCH: patchUpload, PUT: putUpload, GET: getUpload, DELETE: deleteUpload },
  tags: { GET: listTags },
  referrers: { GET: listReferrers },
};

const API_VERSION = { "docker-distribution-api-version": "registry/2.0" };

/** One registry: `fetch` answers its requests. */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #state: RegistryState;
  readonly #faults = new FaultRules();
  readonly #gate: Gate | undefined;
  readonly #rateLimit: RateLimit | undefined;
  readonly #disk: RegistryDisk | undefined;
  #uploads = 0;

  constructor(options: RegistryOptions = {}) {
    this.#options = options;
    this.#disk = options.disk && new RegistryDisk(options.disk.disk, options.disk.path);
    const store = options.store ?? this.#disk?.store ?? new ContentStore(new MemoryContentDisk());
    const nowUs = options.nowUs ?? (() => 0);
    this.#state = {
      shelf: new Shelf(store, options.source),
      uploads: new Map(),
      newUploadId: () => uploadId(++this.#uploads),
      deletes: options.deletes ?? true,
      takesSparse: options.takesSparse ?? false,
      mountsFromAnywhere: options.auth === undefined,
    };
    if (this.#disk !== undefined) this.#state.shelf.restore(this.#disk.read());
    this.#gate = options.auth && new Gate(options.auth, nowUs);
    this.#rateLimit = options.rateLimit && new RateLimit(options.rateLimit, nowUs);
  }

  /** Paths of the repositories that have tags: "library/busybox". Those of a source are there once asked for. */
  get repositories(): readonly string[] {
    return this.#state.shelf.repositories.filter(({ tags }) => tags.length > 0).map(({ name }) => name);
  }

  /** Makes requests fail; returns what ends it. */
  fail(fault: RegistryFault): () => void {
    return this.#faults.add(fault);
  }

  /** Answers a request. Rejects only where a fault breaks the connection. */
  readonly fetch: Fetch = ownFunction(async (request) => {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof RegistryProblem) return withHeaders(error.response(), API_VERSION);
      if (error instanceof StatusError) {
        return new RegistryProblem("UNKNOWN", { message: error.message }).response();
      }
      throw error;
    }
  });

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const isToken = this.#gate?.isTokenRequest(url) === true;
    const resource = isToken ? undefined : resourceOf(url);
    const told = resource ?? { kind: isToken ? ("token" as const) : undefined, name: "", reference: "" };
    const fault = this.#faults.take(request.method, told) ?? {};
    if (fault.latencyUs !== undefined) await this.#options.sleep?.(fault.latencyUs);
    if (fault.drop === true) throw new TypeError("terminated");
    const problem = faultProblem(fault);
    if (problem !== undefined) throw problem;
    if (isToken && this.#gate !== undefined) return this.#gate.issue(request);
    if (resource === undefined) return new Response("404 page not found\n", { status: 404 });
    const headers = this.#admit(request, resource);
    const handler = handlerOf(request.method, resource);
    try {
      const response = await handler({ request, url, ...resource, state: this.#state, fault });
      if (request.method !== "GET" && request.method !== "HEAD") this.#disk?.write(this.#state.shelf.repositories);
      return withHeaders(response, { ...API_VERSION, ...headers });
    } catch (error) {
      const isUnknown = error instanceof RegistryProblem && error.code === "NAME_UNKNOWN";
      throw (isUnknown ? this.#gate?.hidden(request.method, resource) : undefined) ?? error;
    }
  }

  /** Looks at who asks. @returns headers for the answer */
  #admit(request: Request, resource: Resource): Readonly<Record<string, string>> {
    const user = this.#gate?.admit(request, resource);
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (resource.kind !== "manifest" || !isRead || this.#rateLimit === undefined) return {};
    return this.#rateLimit.check(user ?? "anonymous", request.method === "GET");
  }
}

async function ping(): Promise<Response> {
  return jsonResponse({});
}

function handlerOf(method: string, { kind, reference }: Resource): Handler {
  const handlers = HANDLERS[kind];
  // An upload is begun without an ID, and everything else is done to one.
  const isFitting = kind !== "upload" || (method === "POST") === (reference === "");
  const handler = isFitting && Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler !== undefined) return handler;
  throw new RegistryProblem("UNSUPPORTED", { headers: { allow: Object.keys(handlers).join(", ") } });
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

/** A number in the form of a UUID. */
function uploadId(number: number): string {
  const hex = number.toString(16).padStart(32, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}
