/** Which resource of a registry a request is about. @see distribution-spec "Endpoints" */
import { isRepositoryPath } from "../../oci/index.ts";
import { RegistryProblem } from "./problem.ts";

export type ResourceKind = "ping" | "catalog" | "manifest" | "blob" | "upload" | "tags" | "referrers";

export interface Resource {
  readonly kind: ResourceKind;
  /** "" for what belongs to the whole registry. */
  readonly name: string;
  readonly reference: string;
}

const PATTERNS: readonly (readonly [ResourceKind, RegExp])[] = [
  ["ping", /^\/v2\/?()()$/],
  ["catalog", /^\/v2\/_catalog()()$/],
  ["upload", /^\/v2\/(.+)\/blobs\/uploads\/?([^/]*)$/],
  ["blob", /^\/v2\/(.+)\/blobs\/([^/]+)$/],
  ["manifest", /^\/v2\/(.+)\/manifests\/([^/]+)$/],
  ["tags", /^\/v2\/(.+)\/tags\/list()$/],
  ["referrers", /^\/v2\/(.+)\/referrers\/([^/]+)$/],
];

/** Undefined for a path that no registry has. @throws RegistryProblem NAME_INVALID */
export function resourceOf(url: URL): Resource | undefined {
  const path = decoded(url.pathname);
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const [, name = "", reference = ""] = match;
    if (name !== "" && !isRepositoryPath(name)) throw new RegistryProblem("NAME_INVALID", { detail: { name } });
    return { kind, name, reference };
  }
  return undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
