/**
 * Digests: `ALGORITHM:HEX`, the names of bytes.
 *
 * @see OCI image-spec descriptor.md "Digests"; messages are those of opencontainers/go-digest
 */
import { type Bytes, Chunks, Hasher, StatusError, sha256 } from "../lib/index.ts";

export type Digest = `sha256:${string}`;

/** What a registry and a content store take besides. */
export type ContentDigest = Digest | `sha512:${string}`;

export type DigestAlgorithm = "sha256" | "sha512";

const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);
const COMPUTED: ReadonlySet<string> = new Set<DigestAlgorithm>(["sha256", "sha512"]);
const SHAPE = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** What is wrong with a digest; undefined if nothing is. */
export function digestProblem(text: string): string | undefined {
  const colon = text.indexOf(":");
  const hex = text.slice(colon + 1);
  const length = HEX_LENGTHS.get(text.slice(0, Math.max(0, colon)));
  if (colon <= 0 || hex === "") return "invalid checksum digest format";
  if (length === undefined) return SHAPE.test(text) ? "unsupported digest algorithm" : "invalid checksum digest format";
  if (hex.length !== length) return "invalid checksum digest length";
  return /^[a-f0-9]+$/.test(hex) ? undefined : "invalid checksum digest format";
}

/** The SHA-256 digest that names these bytes. */
export const digestOf = (bytes: Bytes): Digest =>
  `sha256:${bytes instanceof Chunks ? hashed("sha256", bytes) : sha256(bytes)}`;

/** The digest of these bytes by the algorithm of another. */
export function digestLike(other: ContentDigest, bytes: Bytes): ContentDigest {
  const { algorithm } = digestParts(other);
  return `${algorithm}:${hashed(algorithm, bytes)}`;
}

function hashed(algorithm: DigestAlgorithm, bytes: Bytes): string {
  const hasher = new Hasher(algorithm);
  for (const chunk of Chunks.of(bytes)) hasher.update(chunk);
  return hasher.hex();
}

/** @throws StatusError invalid-argument for what is no digest, or one that cannot be computed */
export function parseDigest(text: string): ContentDigest {
  if (isContentDigest(text)) return text;
  throw new StatusError("invalid-argument", digestProblem(text) ?? "unsupported digest algorithm");
}

export function isContentDigest(text: string): text is ContentDigest {
  return digestProblem(text) === undefined && COMPUTED.has(text.slice(0, text.indexOf(":")));
}

/** True for a SHA-256 digest, the only kind that images use. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[a-f0-9]{64}$/.test(text);
}

export function digestParts(digest: ContentDigest): { readonly algorithm: DigestAlgorithm; readonly hex: string } {
  const colon = digest.indexOf(":");
  return { algorithm: digest.slice(0, colon) === "sha512" ? "sha512" : "sha256", hex: digest.slice(colon + 1) };
}
