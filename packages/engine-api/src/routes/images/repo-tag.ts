/**
 * The name that an image is to get: a repository and a tag, which come apart.
 *
 * @see moby api/server/httputils/httputils.go RepoTagReference
 */
import { type ImageReference, withDefaultTag } from "@bottleship/core/engine";
import { isTag } from "@bottleship/core/oci";
import { badRequest } from "../../http/problem.ts";
import { parse } from "./pull.ts";

/**
 * The tag goes before one that the repository is named with; `undefined` without a repository.
 *
 * @throws StatusError invalid-argument for what is no name, and for a digest, which is not anybody's to give
 */
export function repoTag(repository: string, tag: string): ImageReference | undefined {
  if (repository === "") return undefined;
  const reference = parse(repository);
  if (reference.digest !== undefined) throw badRequest("cannot import digest reference");
  return withDefaultTag(tag === "" ? reference : withTag(reference, tag));
}

/** @throws StatusError invalid-argument */
export function withTag(reference: ImageReference, tag: string): ImageReference {
  if (!isTag(tag)) throw badRequest("invalid tag format");
  return { ...reference, tag, digest: undefined };
}
