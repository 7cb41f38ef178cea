/**
 * `docker manifest`: lists of manifests, made by the client and pushed to registries.
 *
 * @see docker/cli cli/command/manifest
 */
import { problemOf } from "../../../lib/go/index.ts";
import { ownValue, StatusError } from "../../../lib/index.ts";
import { type ImageReference, type Platform, referenceText } from "../../../oci/index.ts";
import { manifestName } from "../../docker/commands/manifest.ts";
import { failure, orFail } from "../../docker/problem.ts";
import type { RequestOf } from "../../docker/request.ts";
import type { ManifestRequest } from "../../docker/requests/manifest.ts";
import type { Session } from "../session.ts";
import { listText, manifestText, NO_PLATFORM, platformFields, pushedList, verboseText } from "./documents.ts";
import { type ListedManifest, type ManifestLists, missing } from "./manifest-lists.ts";
import { ManifestRegistry } from "./manifest-registry.ts";

/** What may be said of a manifest to run on. @see docker/cli cli/command/manifest/util.go validOSArches */
const PLATFORMS: Readonly<Record<string, string>> = {
  darwin: "386 amd64 arm arm64",
  dragonfly: "amd64",
  freebsd: "386 amd64 arm",
  linux: "386 amd64 arm arm64 ppc64le mips64 mips64le riscv64 s390x",
  netbsd: "386 amd64 arm",
  openbsd: "386 amd64 arm",
  plan9: "386 amd64",
  solaris: "amd64",
  windows: "386 amd64",
};

export async function runManifest(session: Session, request: ManifestRequest): Promise<number> {
  try {
    return await execute(session, request);
  } catch (error) {
    // The client has asked the registry itself: it is no daemon's word.
    throw error instanceof StatusError ? failure(error.message) : error;
  }
}

function execute(session: Session, request: ManifestRequest): number | Promise<number> {
  switch (request.command) {
    case "manifest create":
      return create(session, request);
    case "manifest annotate":
      return annotate(session, request);
    case "manifest inspect":
      return inspect(session, request);
    case "manifest push":
      return push(session, request);
    case "manifest rm":
      return remove(session, request);
  }
}

const registryOf = ({ engine }: Session, isInsecure: boolean): ManifestRegistry =>
  new ManifestRegistry(engine.images.transport, isInsecure);

async function create(session: Session, request: RequestOf<"manifest create">): Promise<number> {
  const { manifestLists } = session.engine;
  const { list, amend, insecure } = request;
  if (manifestLists.has(list) && !amend) {
    throw failure("refusing to amend an existing manifest list with no --amend flag");
  }
  const registry = registryOf(session, insecure);
  for (const text of request.manifests) {
    const name = orFail(() => manifestName(text));
    manifestLists.save(list, manifestLists.find(list, name) ?? (await registry.manifest(name)));
  }
  session.lines([`Created manifest list ${referenceText(list)}`]);
  return 0;
}

function annotate(session: Session, request: RequestOf<"manifest annotate">): number {
  const { manifestLists } = session.engine;
  const { list, manifest, given } = request;
  const found = manifestLists.find(list, manifest);
  if (found === undefined) throw failure(`manifest for image ${given.manifest} does not exist in ${given.list}`);
  const platform = annotated(found.descriptor.platform, request);
  if (ownValue(PLATFORMS, platform.os)?.split(" ").includes(platform.architecture) !== true) {
    const asked = `${request.os}/${request.architecture}`;
    throw failure(`manifest entry for image has unsupported os/arch combination: ${asked}`);
  }
  manifestLists.save(list, { ...found, descriptor: { ...found.descriptor, platform } });
  return 0;
}

function annotated(known: Platform = NO_PLATFORM, request: RequestOf<"manifest annotate">): Platform {
  return platformFields({
    architecture: request.architecture || known.architecture,
    os: request.os || known.os,
    "os.version": request.osVersion || (known["os.version"] ?? ""),
    "os.features": [...new Set([...(known["os.features"] ?? []), ...request.osFeatures])],
    variant: request.variant || (known.variant ?? ""),
  });
}

async function inspect(session: Session, request: RequestOf<"manifest inspect">): Promise<number> {
  const { list, manifest, verbose, insecure } = request;
  const shown =
    list === undefined
      ? await listOrManifest(session, manifest, insecure)
      : session.engine.manifestLists.find(list, manifest);
  if (shown === undefined) throw failure(missing(manifest));
  if (verbose) session.lines([verboseText(shown)]);
  else if ("bytes" in shown) session.lines([manifestText(shown)]);
  else session.lines([assembled(manifest, shown)]);
  return 0;
}

/** What the client has comes before what registries have. */
function listOrManifest(session: Session, name: ImageReference, insecure: boolean) {
  const { manifestLists } = session.engine;
  return manifestLists.has(name) ? manifestLists.all(name) : registryOf(session, insecure).manifests(name);
}

const assembled = (name: ImageReference, manifests: readonly ListedManifest[]): string =>
  orFail(() => listText(name, manifests), "failed to assemble ManifestDescriptor: ");

async function push(session: Session, { list, purge, insecure }: RequestOf<"manifest push">): Promise<number> {
  const { manifestLists } = session.engine;
  const manifests = orFail(() => manifestLists.all(list));
  for (const { reference, descriptor } of manifests) {
    if (descriptor.platform?.architecture && descriptor.platform.os) continue;
    throw failure(`manifest ${referenceText(reference)} must have an OS and Architecture to be pushed to a registry`);
  }
  const { descriptor, bytes } = pushedList(orFail(() => listText(list, manifests)));
  const registry = registryOf(session, insecure);
  const others = manifests.filter(({ reference }) => reference.path !== list.path);
  for (const one of others) await registry.mount(one, list);
  for (const one of others) {
    const { digest } = one.descriptor;
    const target = { ...list, tag: undefined, digest };
    await registry.put(target, one.descriptor, one.bytes);
    session.lines([`Pushed ref ${referenceText(target)} with digest: ${digest}`]);
  }
  await registry.put(list, descriptor, bytes);
  session.lines([descriptor.digest]);
  if (purge) manifestLists.remove(list);
  return 0;
}

/** What cannot be removed keeps nothing else from it. */
function remove({ engine }: Session, { lists }: RequestOf<"manifest rm">): number {
  const problems = lists.map((text) => removalProblem(engine.manifestLists, text)).filter((one) => one !== undefined);
  if (problems.length > 0) throw failure(problems.join("\n"));
  return 0;
}

function removalProblem(lists: ManifestLists, text: string): string | undefined {
  return problemOf(() => lists.remove(manifestName(text)));
}
