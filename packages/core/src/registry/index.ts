/** Floor 7, below images: registries, and the way to them. */

export { bodyOf, bytesOf } from "./body.ts";
export type { Credentials } from "./client/authorizer.ts";
export { type FetchedManifest, RegistryClient, type Repository, type TransferEvents } from "./client/client.ts";
export { upstream } from "./client/mirror.ts";
export { type PullEvent, type PulledImage, type PullOptions, pullImage } from "./client/pull.ts";
export { ConnectionError, RegistryError, statusLine, TokenError } from "./client/registry-error.ts";
export { type LoginListener, Remote } from "./client/remote.ts";
export { RemoteError } from "./client/remote-error.ts";
export {
  fetchLayers,
  findRemoteCache,
  type RemoteCache,
  type RemoteImage,
  resolveRemoteImage,
  resolveTarget,
} from "./client/remote-image.ts";
export { type FoundRepository, type SearchOptions, searchRepositories } from "./client/search.ts";
export { HUB_ENDPOINT, isLoopback, type TransportOptions } from "./client/transport.ts";
export type { Uploaded, UploadOptions } from "./client/uploader.ts";
export type { Fetch } from "./fetch.ts";
export { HttpNetwork } from "./network.ts";
export type { Action, AuthOptions } from "./server/auth.ts";
export type { RegistryFault } from "./server/fault.ts";
export type { RateLimitOptions } from "./server/rate-limit.ts";
export { Registry, type RegistryOptions } from "./server/registry.ts";
export type { ImageSource, Offer } from "./server/shelf.ts";
