/**
 * Results of builds as clients hand them on: bake gives one target's result to another as a context of it.
 *
 * Unlike BuildKit, which says how the result is made, a definition here names the build that has made it.
 *
 * @see BuildKit solver/pb/ops.proto, client/llb/definition.go; docker/buildx build/build.go waitContextDeps
 */
import { sha256 } from "@bottleship/core/lib";
import { type Definition, MESSAGES } from "./messages.ts";

const SCHEME = "build-result://";

/** The definition of what a build has made. */
export function definitionOf(ref: string): Definition {
  const source = MESSAGES.operation.encode({ inputs: [], source: { identifier: SCHEME + ref } });
  const digest = `sha256:${sha256(source)}`;
  const last = MESSAGES.operation.encode({ inputs: [{ digest, index: 0 }] });
  return { def: [source, last], metadata: { [digest]: {} } };
}

/** The build that a definition names; nothing for one that was made elsewhere. */
export function refOf({ def }: Definition): string | undefined {
  const [first] = def;
  const identifier = first && MESSAGES.operation.decode(first).source?.identifier;
  return identifier?.startsWith(SCHEME) === true ? identifier.slice(SCHEME.length) : undefined;
}
