/** What `docker swarm init` sends when it is told nothing but an address. */
import type { InitRequest } from "../engine/swarm/swarm.ts";

export const INIT_REQUEST: InitRequest = {
  ListenAddr: "0.0.0.0:2377",
  AdvertiseAddr: "127.0.0.1",
  DataPathPort: 0,
  DefaultAddrPool: [],
  SubnetSize: 0,
  ForceNewCluster: false,
  Spec: {},
  AutoLockManagers: false,
  Availability: "active",
};
