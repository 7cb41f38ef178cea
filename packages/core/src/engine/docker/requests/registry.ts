/** Requests about registries as such: searching them, and who one is there. */
import type { Filters } from "../values/filter.ts";

export interface SearchRequest {
  readonly command: "search";
  readonly term: string;
  /** 0 is the engine's own. */
  readonly limit: number;
  readonly filters: Filters;
  readonly format: string;
  readonly noTrunc: boolean;
}

export interface LoginRequest {
  readonly command: "login";
  /** "" is Docker Hub. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
  /** The password is on standard input. */
  readonly readsPassword: boolean;
}

export interface LogoutRequest {
  readonly command: "logout";
  readonly server: string;
}

export type RegistryRequest = SearchRequest | LoginRequest | LogoutRequest;
