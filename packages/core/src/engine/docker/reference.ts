/** Names of images as values of the command line: refused as every value is. */
import { StatusError } from "../../lib/index.ts";
import * as oci from "../../oci/index.ts";
import { ValueError } from "./problem.ts";

export {
  familiarName,
  familiarText,
  type ImageReference,
  isNameOnly,
  referenceText,
  repositoryName,
  withDefaultTag,
} from "../../oci/index.ts";

/** Reads the name of an image. @throws ValueError `invalid reference format` and its variants. */
export const parseReference = (text: string): oci.ImageReference => asValue(() => oci.parseReference(text));

/** A reference, or undefined where the text is an image's ID or digest. @throws ValueError */
export const parseReferenceOrId = (text: string): oci.ImageReference | undefined =>
  asValue(() => oci.parseReferenceOrId(text));

function asValue<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof StatusError ? new ValueError(error.message) : error;
  }
}
