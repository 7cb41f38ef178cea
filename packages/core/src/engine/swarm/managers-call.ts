/** Which calls of the API a manager answers by asking who leads. @see moby daemon/cluster/cluster.go: lockedManagerAction */

const MANAGED = /^\/(?:swarm(?:\/(?:update|unlockkey))?|nodes|services|tasks|secrets|configs)(?:\/|$)/;
const OWN = /^\/swarm\/(?:init|join|leave|unlock)$/;

export interface ApiCall {
  readonly method: string;
  /** "/nodes/{id}" */
  readonly path: string;
}

/** Whether it is to be written to what all managers know, or only read; `undefined` for a call that no leader is needed for. */
export function managersCall({ method, path }: ApiCall): { readonly writes: boolean } | undefined {
  if (!MANAGED.test(path) || OWN.test(path)) return undefined;
  return { writes: method !== "GET" };
}
