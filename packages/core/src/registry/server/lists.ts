/** Lists: tags of a repository, repositories, referrers of a manifest. @see distribution-spec end-8, end-12 */
import { compareBytes } from "../../lib/index.ts";
import { indexBytes, OCI_INDEX } from "../../oci/index.ts";
import { bodyOf } from "../body.ts";
import { type Call, digestIn } from "./context.ts";
import { jsonResponse, RegistryProblem } from "./problem.ts";

/** Repositories on one page if nobody says otherwise. @see distribution catalog.maxentries */
const CATALOG_PAGE = 1000;

export async function listTags(call: Call): Promise<Response> {
  const { name, state } = call;
  const tags = state.shelf.tags(name);
  if (tags === undefined) throw new RegistryProblem("NAME_UNKNOWN", { detail: { name } });
  const { items, headers } = pageOf(call, tags, `/v2/${name}/tags/list`);
  return jsonResponse({ name, tags: items }, { headers });
}

export async function listRepositories(call: Call): Promise<Response> {
  const names = call.state.shelf.repositories.map(({ name }) => name);
  const { items, headers } = pageOf(call, names, "/v2/_catalog", CATALOG_PAGE);
  return jsonResponse({ repositories: items }, { headers });
}

export async function listReferrers({ url, name, reference, state }: Call): Promise<Response> {
  const all = state.shelf.get(name)?.referrers(digestIn(reference)) ?? [];
  const type = url.searchParams.get("artifactType");
  const manifests = type === null ? all : all.filter(({ artifactType }) => artifactType === type);
  const bytes = indexBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  return new Response(bodyOf(bytes), {
    headers: {
      "content-type": OCI_INDEX,
      "content-length": String(bytes.length),
      ...(type === null ? {} : { "oci-filters-applied": "artifactType" }),
    },
  });
}

/** The part of a list that `n` and `last` ask for, and the way to the next one. */
function pageOf({ url }: Call, names: readonly string[], path: string, most = Number.POSITIVE_INFINITY) {
  const count = url.searchParams.get("n");
  if (count !== null && !/^\d+$/.test(count))
    throw new RegistryProblem("PAGINATION_NUMBER_INVALID", { detail: { n: count } });
  const last = url.searchParams.get("last") ?? "";
  const rest = [...names].sort(compareBytes).filter((name) => last === "" || compareBytes(name, last) > 0);
  const size = Math.min(count === null ? most : Number(count), most);
  const items = rest.slice(0, size);
  const end = items.at(-1);
  const next = new URLSearchParams({ last: end ?? "", n: String(size) });
  const headers: Record<string, string> =
    end === undefined || items.length === rest.length ? {} : { link: `<${path}?${next}>; rel="next"` };
  return { items, headers };
}
