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
  const vertices = [...allOf(target)];
  for (const { op } of vertices)
    if (op.kind === "exec" && op.argv.length === 0) throw notMarshalled("arguments are required");
  if (!allowsHostNetwork && vertices.some(({ op }) => op.kind === "exec" && op.network === "host"))
    throw new BuildError("failed to load LLB: network.host is not allowed");
}

/** Inputs first. */
function allOf(vertex: Vertex, seen = new Set<Vertex>()): ReadonlySet<Vertex> {
  if (seen.has(vertex)) return seen;
  for (const input of vertex.inputs) if (input !== undefined) allOf(input, seen);
  return seen.add(vertex);
}

function notMarshalled(why: string): BuildError {
  return new BuildError(`failed to marshal LLB definition: ${why}`);
}
