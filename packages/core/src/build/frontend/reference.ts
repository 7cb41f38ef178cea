/**
 * Whether a text can name an image, which FROM and lint ask before anybody looks for the image.
 *
 * Model: ParseNormalizedNamed of distribution/reference, with its messages.
 */

const DOMAIN_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const REFERENCE = new RegExp(`^${DOMAIN}/(${PATH_PART}(?:/${PATH_PART})*)(?::${TAG})?(?:@(${DIGEST}))?$`);
const IDENTIFIER = /^[a-f0-9]{64}$/;
const MAX_PATH_LENGTH = 255;
const HEX_LENGTHS = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** What is wrong with an image's name; undefined if nothing is. */
export function referenceProblem(text: string): string | undefined {
  if (IDENTIFIER.test(text)) return `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`;
  const [domain, remainder] = splitDomain(text);
  const name = remainder.split(":")[0] ?? "";
  if (name.toLowerCase() !== name) return `invalid reference format: repository name (${name}) must be lowercase`;
  const [, path = "", digest] = REFERENCE.exec(`${domain}/${remainder}`) ?? [];
  if (path === "") return "invalid reference format";
  if (path.length > MAX_PATH_LENGTH) return `repository name must not be more than ${MAX_PATH_LENGTH} characters`;
  return digest === undefined ? undefined : digestProblem(digest);
}

/** What is wrong with a digest such as `sha256:…`; undefined if nothing is. Model: opencontainers/go-digest. */
export function digestProblem(digest: string): string | undefined {
  const colon = digest.indexOf(":");
  const hex = digest.slice(colon + 1);
  const length = HEX_LENGTHS.get(digest.slice(0, Math.max(0, colon)));
  if (colon <= 0 || hex === "") return "invalid checksum digest format";
  if (length === undefined)
    return /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(digest)
      ? "unsupported digest algorithm"
      : "invalid checksum digest format";
  if (hex.length !== length) return "invalid checksum digest length";
  return /^[a-f0-9]+$/.test(hex) ? undefined : "invalid checksum digest format";
}

function splitDomain(text: string): readonly [domain: string, remainder: string] {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(0, slash));
  const named = slash >= 0 && (first === "localhost" || /[.:]/.test(first) || first.toLowerCase() !== first);
  const remainder = named ? text.slice(slash + 1) : text;
  if (named && first !== "index.docker.io" && first !== "docker.io") return [first, remainder];
  return ["docker.io", remainder.includes("/") ? remainder : `library/${remainder}`];
}
