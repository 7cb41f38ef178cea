/** What outlives the process: the state of a machine in a directory. */
export type { StateDirectory } from "./journal.ts";
export { StateKeeper } from "./keeper.ts";
export { lostContainers, recoverSnapshots } from "./recover.ts";
export { StateStore } from "./state-store.ts";
