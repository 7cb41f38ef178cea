/** The classic builder. */
export {
  type ClassicBuildOptions,
  extraHosts,
  openClassicBuild,
  runNetwork,
  type StartedBuild,
} from "./build.ts";
export { ClassicBuildError } from "./error.ts";
export type { ClassicListener, ClassicMessage } from "./report.ts";
