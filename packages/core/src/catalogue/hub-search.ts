/**
 * Docker Hub's search, as its first API has it: repositories by a part of their names or of what they are said to be.
 *
 * Unlike Docker Hub's, its repositories have no stars.
 *
 * @see docker-hub v1 API, GET /v1/search; moby registry/search.go
 */
import type { Fetch, Registry } from "../registry/index.ts";
import { catalogueRepositories } from "./catalogue.ts";

interface Found {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
  readonly is_automated: boolean;
  readonly is_trusted: boolean;
}

const PATH = "/v1/search";
const OFFICIAL = "library/";
const PAGE_SIZE = 25;
const LARGEST_PAGE = 100;

/** What the images of the catalogue are, by repository. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  alpine: "Alpine Linux with apk, a small base image",
  busybox: "BusyBox: a shell and the common Unix tools in one executable",
  debian: "Debian GNU/Linux with apt",
  "hello-world": "A greeting that shows that containers run",
  httpd: "The Apache HTTP server",
  nginx: "nginx, a web server and reverse proxy",
  node: "Node.js, JavaScript on servers",
  postgres: "PostgreSQL, a relational database",
  python: "Python, the language and its interpreter",
  redis: "Redis, a store of keys and values in memory",
  ubuntu: "Ubuntu, a Linux distribution made of Debian",
  "testcontainers/ryuk": "Removes containers, networks, volumes and images of Testcontainers",
};

/** How long Docker Hub looks, in microseconds: no search comes back at once. */
const SEARCH_US = 100_000;

/** A server for searches, which hands everything else on to the registry whose repositories it knows. */
export function withSearch(hub: Registry, sleep: (us: number) => Promise<void>): Fetch {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "GET" || pathname !== PATH) return hub.fetch(request);
    await sleep(SEARCH_US);
    const query = searchParams.get("q") ?? "";
    const found = search(new Set([...catalogueRepositories(), ...hub.repositories]), query.toLowerCase());
    const size = Math.min(Math.max(1, Number(searchParams.get("n") ?? PAGE_SIZE) || PAGE_SIZE), LARGEST_PAGE);
    const page = Math.max(1, Number(searchParams.get("page") ?? 1) || 1);
    return Response.json({
      num_pages: Math.ceil(found.length / size),
      num_results: found.length,
      results: found.slice((page - 1) * size, page * size),
      page_size: size,
      query,
      page,
    });
  };
}

function search(repositories: ReadonlySet<string>, query: string): readonly Found[] {
  const wanted = [...repositories].map(found).filter(({ name, description }) => {
    return name.includes(query) || description.toLowerCase().includes(query);
  });
  const rank = ({ name, is_official }: Found): number =>
    (name === query ? 0 : 4) + (name.includes(query) ? 0 : 2) + (is_official ? 0 : 1);
  return wanted.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function found(repository: string): Found {
  const isOfficial = repository.startsWith(OFFICIAL);
  const name = isOfficial ? repository.slice(OFFICIAL.length) : repository;
  const description = Object.hasOwn(DESCRIPTIONS, name) ? (DESCRIPTIONS[name] ?? "") : "";
  return { name, description, star_count: 0, is_official: isOfficial, is_automated: false, is_trusted: false };
}
