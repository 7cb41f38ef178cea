/**
 * What makes a graph of vertices unfit to be sent, or to be taken.
 *
 * @see BuildKit client/llb/exec.go ExecOp.Validate, client/llb/state.go Marshal, solver/llbsolver/vertex.go ValidateEntitlements
 */
import { BuildError } from "../dockerfile/error.ts";
import type { Vertex } from "./vertex.ts";

export interface CheckOptions {
  readonly allowsHostNetwork: boolean;
  /** Some text has bytes in it that are no UTF-8. */
  readonly hasInvalidText: boolean;
}

/** @throws BuildError `failed to marshal LLB definition: …`, `failed to load LLB: network.host is not allowed` */
export function checkOps(target: Vertex, { allowsHostNetwork, hasInvalidText }: CheckOptions): void {
  if (hasInvalidText) throw notMarshalled("string field contains invalid UTF-8");
  const vertices = [...allOf(target, new Set())];
  for (const { op } of vertices)
    if (op.kind === "exec" && op.argv.length === 0) throw notMarshalled("arguments are required");
  if (!allowsHostNetwork && vertices.some(({ op }) => op.kind === "exec" && op.network === "host"))
    throw new BuildError("failed to load LLB: network.host is not allowed");
}

/** Inputs first. */
function* allOf(vertex: Vertex, seen: Set<Vertex>): Iterable<Vertex> {
  if (seen.has(vertex)) return;
  seen.add(vertex);
  for (const input of vertex.inputs) if (input !== undefined) yield* allOf(input, seen);
  yield vertex;
}

function notMarshalled(why: string): BuildError {
  return new BuildError(`failed to marshal LLB definition: ${why}`);
}
