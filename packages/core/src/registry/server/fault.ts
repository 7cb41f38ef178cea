/** Rules by which a registry fails on purpose: the first that fits a request decides. */

import type { ResponseFault } from "./context.ts";
import { PROBLEMS, type ProblemCode, RegistryProblem } from "./problem.ts";
import type { Resource, ResourceKind } from "./route.ts";

/** What a fault is about, and what it does. Without a condition it fits everything. */
export interface RegistryFault extends ResponseFault {
  /** "library/busybox"; a pattern for several. */
  readonly repository?: string | RegExp;
  readonly resource?: ResourceKind | "token";
  readonly method?: string;
  /** A tag or a digest. */
  readonly reference?: string;
  /** How often; for ever if not said. */
  readonly times?: number;
  /** Answers with this status. */
  readonly status?: number;
  readonly code?: ProblemCode;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Microseconds before anything else. */
  readonly latencyUs?: number;
  /** Whether it takes a request that fits; asked with "GET manifests library/busybox latest". */
  readonly when?: (request: string) => boolean;
  /** The connection breaks before there is an answer. */
  readonly drop?: boolean;
}

export class FaultRules {
  readonly #rules = new Map<RegistryFault, number>();

  /** Adds a rule behind the others; returns its removal. */
  add(fault: RegistryFault): () => void {
    const own = { ...fault };
    this.#rules.set(own, fault.times ?? Number.POSITIVE_INFINITY);
    return () => this.#rules.delete(own);
  }

  /** The fault of a request, which counts it. */
  take(method: string, resource: Pick<Resource, "name" | "reference"> & { readonly kind: RegistryFault["resource"] }) {
    for (const [rule, left] of this.#rules) {
      if (!fits(rule, method, resource)) continue;
      if (rule.when?.(`${method} ${resource.kind} ${resource.name} ${resource.reference}`.trim()) === false) continue;
      if (left <= 1) this.#rules.delete(rule);
      else this.#rules.set(rule, left - 1);
      return rule;
    }
    return undefined;
  }
}

/** The answer that a fault gives instead of the registry's, if it gives one. */
export function faultProblem({ status, code, message, headers }: RegistryFault): RegistryProblem | undefined {
  if (status === undefined && code === undefined) return undefined;
  const own = code ?? codeOf(status ?? 500);
  return new RegistryProblem(own, {
    status: status ?? PROBLEMS[own][0],
    ...(message === undefined ? {} : { message }),
    ...(headers === undefined ? {} : { headers }),
  });
}

function codeOf(status: number): ProblemCode {
  const codes: Readonly<Record<number, ProblemCode>> = {
    401: "UNAUTHORIZED",
    403: "DENIED",
    404: "MANIFEST_UNKNOWN",
    405: "UNSUPPORTED",
    429: "TOOMANYREQUESTS",
    503: "UNAVAILABLE",
  };
  return codes[status] ?? "UNKNOWN";
}

function fits(
  rule: RegistryFault,
  method: string,
  { kind, name, reference }: { readonly kind: string | undefined; readonly name: string; readonly reference: string },
): boolean {
  const { repository } = rule;
  if (typeof repository === "string" ? repository !== name : repository !== undefined && !repository.test(name)) {
    return false;
  }
  if (rule.resource !== undefined && rule.resource !== kind) return false;
  if (rule.reference !== undefined && rule.reference !== reference) return false;
  return rule.method === undefined || rule.method === method;
}
