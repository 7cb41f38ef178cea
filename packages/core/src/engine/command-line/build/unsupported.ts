/**
 * What buildx refuses before it builds: attestations, annotations, caches and privileges that the docker driver
 * does not have, or that are written wrong.
 *
 * @see docker/buildx util/buildflags, build/opt.go; BuildKit client/llb
 */
import { parsePlatform } from "../../../build/index.ts";
import { isBool, isTrue, parseBool, parseCsv, problemOf, quote, reworded } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import type { Session } from "../session.ts";
import { parseAnnotations } from "./annotations.ts";
import { type DockerBuild, fieldsOf, OptionError } from "./option.ts";

/** Entitlements that BuildKit knows, and this daemon grants nobody. */
const REFUSED_ENTITLEMENTS = ["security.insecure", "device"];
const DEFAULT_BUILDER = "default";
/** Inside of the image; and what is dropped without the accounts that it needs. */
const QUIET_CACHES = ["inline", "gha", "s3"];

/** The one that the docker driver has. @throws OptionError for one that there is not, StatusError for any other */
export function checkBuilder({ builder }: DockerBuild, { client, engine: { builders } }: Session): void {
  const name = builder || client.env.get("BUILDX_BUILDER") || (builders.current ?? DEFAULT_BUILDER);
  if (name === DEFAULT_BUILDER) return;
  const known = builders.get(name);
  if (known === undefined) throw new OptionError(`no builder ${quote(name)} found`);
  throw new StatusError("not-implemented", `a build by the driver ${known.driver} is not implemented`);
}

/** @throws OptionError, StatusError for the first option that cannot be had */
export function refuseUnsupported(request: DockerBuild): void {
  checkAttestations(request.attestations);
  checkAnnotations(request.annotations);
  checkCaches(request);
  checkEntitlements(request.allow);
}

/** `--sbom=false` comes as `type=sbom,false`. */
const SHORTHAND = /^(type=(?:sbom|provenance)),([^,=]*)$/;

function checkAttestations(attestations: readonly string[]): void {
  let isWanted = false;
  for (const text of attestations) {
    if (text === "") throw new OptionError("EOF");
    const [, type, value = ""] = SHORTHAND.exec(text) ?? [];
    const isShort = type !== undefined && isBool(value);
    const fields = isShort ? new Map([["disabled", String(!isTrue(value))]]) : pairsOnly(text);
    const disabled = fields.get("disabled") ?? "false";
    const problem = problemOf(() => parseBool(disabled));
    if (problem !== undefined) throw new OptionError(`invalid value disabled=${disabled}: ${problem}`);
    if (type === undefined && !fields.has("type")) throw new OptionError("attestation type not specified");
    isWanted ||= !isTrue(disabled);
  }
  if (isWanted) throw notForDriver("Attestation", "attestations");
}

/** @throws OptionError for a field without a value */
function pairsOnly(text: string): ReadonlyMap<string, string> {
  const bare = parseCsv(text).find((field) => !field.includes("="));
  if (bare !== undefined) throw new OptionError(`invalid value ${bare}`);
  return fieldsOf(text);
}

/** Nothing becomes of those of a manifest. @throws StatusError */
function checkAnnotations(annotations: readonly string[]): void {
  const found = reworded(
    () => parseAnnotations(annotations),
    ({ message }) => invalid(`parse annotations: ${message}`),
  );
  if (found.some(({ type }) => type.startsWith("index")))
    throw invalid("index annotations not supported for single platform export");
}

function checkCaches({ cacheFrom, cacheTo }: DockerBuild): void {
  for (const text of cacheTo) {
    if (text === "") continue;
    // Names alone mean registries.
    const fields = text.includes("=") ? pairsOnly(text) : new Map([["type", "registry"]]);
    const type = fields.get("type");
    if (!type) throw new OptionError(`type required form> ${quote(text)}`);
    if (!QUIET_CACHES.includes(type)) throw notForDriver("Cache export", "build-cache-backends");
  }
  for (const text of cacheFrom) {
    if (text === "") continue;
    const fields = text.includes("=") ? pairsOnly(text) : fieldsOf(text);
    const type = fields.get("type");
    if (text.includes("=") && !type) throw new OptionError(`type required form> ${quote(text)}`);
    if (type === "registry" && !fields.has("ref")) throw invalid("registry cache importer requires ref");
    if (type === "local" && !fields.has("src")) throw invalid("local cache importer requires src");
  }
}

function checkEntitlements(allow: readonly string[]): void {
  for (const entitlement of allow) {
    if (entitlement === "" || entitlement === "network.host") continue;
    throw REFUSED_ENTITLEMENTS.includes(entitlement)
      ? invalid(`failed to solve: granting entitlement ${entitlement} is not allowed by build daemon configuration`)
      : invalid(`unknown entitlement ${entitlement}`);
  }
}

/** @throws StatusError in the words of containerd's parser */
export function checkPlatform(text: string, prefix = ""): void {
  try {
    parsePlatform(text);
  } catch (error) {
    // What is wrong with an option is no error of the build.
    throw error instanceof StatusError ? new StatusError(error.kind, prefix + error.message) : error;
  }
}

function invalid(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}

/** What buildx says of everything that needs another builder. */
export function notForDriver(what: string, page: string): StatusError {
  return new StatusError(
    "not-implemented",
    `${what} is not supported for the docker driver.
Switch to a different driver, or turn on the containerd image store, and try again.
Learn more at https://docs.docker.com/go/${page}/`,
  );
}
