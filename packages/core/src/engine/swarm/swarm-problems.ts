/** What Docker says of what cannot be done in a swarm, or without one. @see moby daemon/cluster/errors.go, cluster.go: errNoManager */
import { quote } from "../../lib/go/index.ts";
import { rpcError } from "./rpc-error.ts";

/** Of everything that only a manager can do. */
export const NO_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
export const WORKER =
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.";
export const NO_SWARM = "This node is not part of a swarm";
export const ALREADY =
  'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.';
export const JOIN_TIMEOUT =
  'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.';

const LEAVING = "You are attempting to leave the swarm on a node that is participating as a manager. ";
const LOSING =
  "The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.";
const LAST_MANAGER = `${LEAVING}Removing the last manager erases all current state of the swarm. Use \`--force\` to ignore this message.`;

/** Why a manager is not to leave: of so many managers so many are heard; nobody knows how many while nobody leads. */
export function leavingProblem(
  heard: { readonly reachable: number; readonly unreachable: number } | undefined,
): string {
  if (heard === undefined) return `${LEAVING}${LOSING}`;
  const { reachable, unreachable } = heard;
  const all = reachable + unreachable;
  if (all === 1) return LAST_MANAGER;
  if (reachable - 2 > unreachable) return `${LEAVING}${LOSING}`;
  const loss = `Removing this node leaves ${reachable - 1} managers out of ${all}. Without a Raft quorum your swarm will be inaccessible. `;
  return `${LEAVING}${loss}${LOSING}`;
}

export const noLeader = () =>
  rpcError(
    "Unknown",
    "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
  );
export const tooLate = () => rpcError("DeadlineExceeded", "context deadline exceeded");
export const lostLeadership = () => rpcError("Unknown", "raft: failed to process the request: node lost leader status");

export const badToken = () => rpcError("InvalidArgument", "A valid join token is necessary to join this cluster");
export const wrongRoot = (expected: string): string => `remote CA does not match fingerprint. Expected: ${expected}`;

export function refusedConnection(address: string) {
  const why = `transport: Error while dialing: dial tcp ${address}: connect: connection refused`;
  return rpcError("Unavailable", `connection error: desc = ${quote(why)}`);
}
