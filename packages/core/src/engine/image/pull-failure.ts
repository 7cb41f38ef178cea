/** Why a pull failed, as Docker tells it. @see moby distribution/errors.go translatePullError */
import { StatusError } from "../../lib/index.ts";
import { familiarName, familiarText, type ImageReference } from "../../oci/index.ts";
import { RegistryError } from "../../registry/index.ts";

export function pullFailure(error: unknown, reference: ImageReference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const cause = error.message;
  switch (error.code) {
    case "DENIED":
      return notFound(
        `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login': ${cause}`,
        error,
      );
    case "MANIFEST_UNKNOWN":
      return notFound(`manifest for ${familiarText(reference)} not found: ${cause}`, error);
    case "NAME_UNKNOWN":
      return notFound(`repository ${familiarName(reference)} not found: ${cause}`, error);
    default:
      return error;
  }
}

const notFound = (message: string, cause: Error): StatusError => new StatusError("not-found", message, { cause });
