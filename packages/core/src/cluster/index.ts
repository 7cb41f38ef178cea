/** Floor 12: several machines in one world, and the fabric between them. */
export { Cluster, type ClusterOptions, createCluster } from "./cluster.ts";
export { ClusterMachine } from "./machine.ts";
