/**
 * What the frontend that `# syntax=` names has beyond the one that is built in. Only docker/dockerfile is known; a tag
 * without a number stands for the newest.
 *
 * @see docs.docker.com/build/buildkit/frontend, BuildKit frontend/dockerfile/docs/reference.md
 */
import { parseReference, referenceProblem } from "../../oci/index.ts";

export interface Frontend {
  /** `COPY --parents`: 1.20, and the labs channel before. */
  readonly hasParents: boolean;
}

export const BUILT_IN: Frontend = { hasParents: false };

const PATHS = ["docker/dockerfile", "docker/dockerfile-upstream"];
/** The first minor version of 1 that has it in the stable channel. */
const PARENTS_MINOR = 20;

/** `image` is what the directive says: "docker/dockerfile:1-labs". */
export function frontendOf(image: string | undefined): Frontend {
  if (image === undefined || referenceProblem(image) !== undefined) return BUILT_IN;
  const { path, tag = "latest", digest } = parseReference(image);
  if (!PATHS.includes(path) || (digest !== undefined && tag === "latest")) return BUILT_IN;
  const [, minor] = /^1\.(\d+)/.exec(tag) ?? [];
  return { hasParents: /labs$/.test(tag) || minor === undefined || Number(minor) >= PARENTS_MINOR };
}
