/**
 * Names of images: `[DOMAIN/]PATH[:TAG][@DIGEST]`, with Docker Hub left out where people leave it out.
 *
 * Model: distribution/reference, which defines both the grammar and the error texts.
 */
import { StatusError } from "../lib/index.ts";
import { digestProblem } from "./digest.ts";

/** A reference with its domain and path written out. */
export interface ImageReference {
  /** `docker.io` unless said. */
  readonly domain: string;
  /** `library/busybox` for `busybox`. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export const DEFAULT_DOMAIN = "docker.io";
const LEGACY_DOMAIN = "index.docker.io";
const OFFICIAL = "library/";
const MAX_PATH_LENGTH = 255;

const DOMAIN_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const PATH = `${PATH_PART}(?:/${PATH_PART})*`;
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const REFERENCE = new RegExp(`^(${DOMAIN})/(${PATH})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const WHOLE_PATH = new RegExp(`^${PATH}$`);
const WHOLE_TAG = new RegExp(`^${TAG}$`);
const IDENTIFIER = /^[a-f0-9]{64}$/;

/** @throws StatusError invalid-argument: `invalid reference format` and its variants. */
export function parseReference(text: string): ImageReference {
  const read = readReference(text);
  if (typeof read === "string") throw new StatusError("invalid-argument", read);
  return read;
}

/** What is wrong with an image's name; undefined if nothing is. */
export function referenceProblem(text: string): string | undefined {
  const read = readReference(text);
  return typeof read === "string" ? read : undefined;
}

/** A reference, or undefined where the text is an image's ID or digest. */
export function parseReferenceOrId(text: string): ImageReference | undefined {
  const isId = IDENTIFIER.test(text) || digestProblem(text) === undefined;
  return isId ? undefined : parseReference(text);
}

/** The reference with the tag `latest` if it has neither tag nor digest. */
export function withDefaultTag(reference: ImageReference): ImageReference {
  return isNameOnly(reference) ? { ...reference, tag: "latest" } : reference;
}

/** True without tag and digest. */
export function isNameOnly(reference: ImageReference): boolean {
  return reference.tag === undefined && reference.digest === undefined;
}

/** Can it name a repository of a registry ("library/busybox")? */
export const isRepositoryPath = (text: string): boolean => text.length <= MAX_PATH_LENGTH && WHOLE_PATH.test(text);

export const isTag = (text: string): boolean => WHOLE_TAG.test(text);

/** `docker.io/library/busybox`. */
export function repositoryName(reference: ImageReference): string {
  return `${reference.domain}/${reference.path}`;
}

/** Everything written out: `docker.io/library/busybox:latest`. */
export function referenceText(reference: ImageReference): string {
  return repositoryName(reference) + suffix(reference);
}

/** As people write it: `busybox:latest`. */
export function familiarText(reference: ImageReference): string {
  return familiarName(reference) + suffix(reference);
}

/** As people write it, without tag and digest: `busybox`. */
export function familiarName(reference: ImageReference): string {
  if (reference.domain !== DEFAULT_DOMAIN) return repositoryName(reference);
  const rest = reference.path.startsWith(OFFICIAL) ? reference.path.slice(OFFICIAL.length) : undefined;
  return rest === undefined || rest.includes("/") ? reference.path : rest;
}

/** References that were read lately, and what was wrong with them: it is the same few that are asked for. */
const known = new Map<string, ImageReference | string>();
const KNOWN_LIMIT = 256;

/** The reference, or what is wrong with it. */
function readReference(text: string): ImageReference | string {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size === KNOWN_LIMIT) known.clear();
  const read = partsOf(text);
  known.set(text, read);
  return read;
}

function partsOf(text: string): ImageReference | string {
  if (IDENTIFIER.test(text)) return `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`;
  const [domain, remainder] = splitDomain(text);
  const name = remainder.split(":")[0] ?? "";
  if (name.toLowerCase() !== name) return `invalid reference format: repository name (${name}) must be lowercase`;
  const match = REFERENCE.exec(`${domain}/${remainder}`);
  if (match === null) return "invalid reference format";
  const [, matchedDomain = "", path = "", tag, digest] = match;
  if (path.length > MAX_PATH_LENGTH) return `repository name must not be more than ${MAX_PATH_LENGTH} characters`;
  const problem = digest === undefined ? undefined : digestProblem(digest);
  return problem ?? { domain: matchedDomain, path, tag, digest };
}

function suffix({ tag, digest }: ImageReference): string {
  return (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
}

function splitDomain(text: string): readonly [domain: string, remainder: string] {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(0, slash));
  const named = slash >= 0 && (first === "localhost" || /[.:]/.test(first) || first.toLowerCase() !== first);
  const remainder = named ? text.slice(slash + 1) : text;
  if (named && first !== LEGACY_DOMAIN && first !== DEFAULT_DOMAIN) return [first, remainder];
  return [DEFAULT_DOMAIN, remainder.includes("/") ? remainder : OFFICIAL + remainder];
}
