import { alpine } from "./alpine.ts";
import { busybox } from "./busybox.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { postgres, redis } from "./databases.ts";
import { debian, ubuntu } from "./debian.ts";
import { helloWorld } from "./hello-world.ts";
import { node } from "./node.ts";
import { python } from "./python.ts";
import { ryuk } from "./ryuk.ts";
import { httpd, nginx } from "./web-servers.ts";

type Maker = () => CatalogueImage;

/** Official images by name and tag. */
const OFFICIAL: Readonly<Record<string, Readonly<Record<string, Maker>>>> = {
  alpine: {
    ...tagged(alpine(), "latest", "3", "3.21", "3.21.0"),
    ...alpineTags("3.20.5", "3.19.6", "3.18.11", "3.17.10", "3.16.9", "3.15.11", "3.14.10", "3.13.12"),
    ...alpineTags("3.12.12", "3.11.13", "3.10.9", "3.9.6"),
  },
  busybox: tagged(() => busybox(), "latest"),
  debian: {
    ...tagged(
      debian("bookworm"),
      "latest",
      "12",
      "12-slim",
      "12.8",
      "12.8-slim",
      "bookworm",
      "bookworm-slim",
      "stable",
      "stable-slim",
    ),
    ...tagged(debian("bullseye"), "11", "11-slim", "bullseye", "bullseye-slim"),
    ...tagged(debian("buster"), "10", "10-slim", "buster", "buster-slim"),
  },
  "hello-world": tagged(helloWorld, "latest", "linux"),
  httpd: tagged(httpd, "latest", "2", "2.4", "2.4.62", "bookworm", "2.4-bookworm"),
  nginx: tagged(nginx, "latest", "1", "1.27", "1.27.3", "mainline", "bookworm"),
  node: {
    ...nodeTags("22", "latest", "lts", "jod"),
    ...nodeTags("20", "iron"),
    ...nodeTags("18", "hydrogen"),
    ...nodeTags("16", "gallium"),
    ...nodeTags("14", "fermium"),
    ...nodeTags("12", "erbium"),
    ...nodeTags("10", "dubnium"),
  },
  postgres: tagged(postgres, "latest", "17", "17.2", "bookworm", "17-bookworm"),
  python: {
    ...pythonTags("3.12", "3.12.8", "latest", "3"),
    ...pythonTags("3.9", "3.9.21"),
    ...pythonTags("3.7", "3.7.17"),
    ...tagged(python("3.9", "buster"), "3.9-buster", "3.9-slim-buster"),
    ...tagged(python("3.7", "buster"), "3.7-buster", "3.7-slim-buster"),
    ...tagged(python("3.9", "bullseye"), "3.9-bullseye", "3.9-slim-bullseye"),
  },
  redis: tagged(redis, "latest", "7", "7.4", "7.4.1", "bookworm", "7-bookworm"),
  ubuntu: {
    ...tagged(ubuntu("noble"), "latest", "24.04", "noble"),
    ...tagged(ubuntu("jammy"), "22.04", "jammy"),
  },
};

/** Images of other people, by their whole path. */
const OTHERS: Readonly<Record<string, Readonly<Record<string, Maker>>>> = {
  "testcontainers/ryuk": tagged(ryuk, "latest", "0.14.0", "0.13.0", "0.12.0", "0.11.0"),
};

function tagged(make: Maker, ...tags: readonly string[]): Readonly<Record<string, Maker>> {
  return Object.fromEntries(tags.map((tag) => [tag, make]));
}

/** "3.20" and "3.20.3" for each. */
function alpineTags(...releases: readonly string[]): Readonly<Record<string, Maker>> {
  const one = (release: string) => Object.entries(tagged(alpine(release), release, release.replace(/\.\d+$/, "")));
  return Object.fromEntries(releases.flatMap(one));
}

/** "3.12", "3.12-slim", "3.12-slim-bookworm", "slim"…; the slim ones are the full ones here. */
function pythonTags(minor: string, ...others: readonly string[]): Readonly<Record<string, Maker>> {
  const variants = (tag: string): readonly string[] =>
    ["", "-slim", "-bookworm", "-slim-bookworm"].map((suffix) =>
      tag === "latest" ? suffix.slice(1) || tag : tag + suffix,
    );
  const alpines = [minor, ...others].map((tag) => (tag === "latest" ? "alpine" : `${tag}-alpine`));
  return {
    ...tagged(python(minor, "bookworm"), ...[minor, ...others].flatMap(variants)),
    ...tagged(python(minor, "alpine"), ...alpines),
  };
}

function nodeTags(major: string, ...others: readonly string[]): Readonly<Record<string, Maker>> {
  const variants = (tag: string): readonly string[] =>
    ["", "-slim", "-bookworm", "-bookworm-slim"].map((suffix) =>
      tag === "latest" ? suffix.slice(1) || tag : tag + suffix,
    );
  const alpines = [major, ...others].map((tag) => (tag === "latest" ? "alpine" : `${tag}-alpine`));
  return {
    ...tagged(node(major, "bookworm"), ...[major, ...others].flatMap(variants)),
    ...tagged(node(major, "alpine"), ...alpines),
  };
}

const OFFICIAL_PATH = "library/";
const HUB = "docker.io/";

const made = new Map<string, CatalogueImage>();

/** The image of that name, written out (`docker.io/library/busybox:latest`). */
export function catalogueImage(name: string): CatalogueImage | undefined {
  const known = made.get(name);
  if (known !== undefined || !name.startsWith(HUB)) return known;
  const [repository = "", tag = ""] = name.slice(HUB.length).split(":");
  const tags = tagsOf(repository);
  const make = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  const image = make?.();
  if (image !== undefined) made.set(name, image);
  return image;
}

const BUSYBOX = "docker.io/library/busybox:latest";
const catalogues = new WeakMap<readonly string[], CatalogueLookup>();

/** An image by its name, written out. */
export type CatalogueLookup = typeof catalogueImage;

/** The catalogue of a machine whose busybox has these names. */
export function catalogueWith(busyboxNames: readonly string[]): CatalogueLookup {
  const known = catalogues.get(busyboxNames);
  if (known !== undefined) return known;
  let own: CatalogueImage | undefined;
  const lookup: CatalogueLookup = (name) => (name === BUSYBOX ? (own ??= busybox(busyboxNames)) : catalogueImage(name));
  catalogues.set(busyboxNames, lookup);
  return lookup;
}

/** The tags of "library/python"; none for what the catalogue has not. */
export function catalogueTags(repository: string): readonly string[] {
  return Object.keys(tagsOf(repository));
}

function tagsOf(repository: string): Readonly<Record<string, Maker>> {
  const isOfficial = repository.startsWith(OFFICIAL_PATH);
  const name = isOfficial ? repository.slice(OFFICIAL_PATH.length) : repository;
  const table = isOfficial ? OFFICIAL : OTHERS;
  return (Object.hasOwn(table, name) ? table[name] : undefined) ?? {};
}

/** Whole paths on Docker Hub: "library/python". */
export function catalogueRepositories(): readonly string[] {
  return [...Object.keys(OFFICIAL).map((name) => OFFICIAL_PATH + name), ...Object.keys(OTHERS)];
}

/** Names that the catalogue has, as people write them: "python:3.9-slim". */
export function catalogueNames(): readonly string[] {
  return Object.entries(OFFICIAL).flatMap(([repository, tags]) =>
    Object.keys(tags).map((tag) => `${repository}:${tag}`),
  );
}
