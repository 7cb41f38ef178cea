/** The classic builder. */
export {
  type ClassicBuildOptions,
  type ClassicListener,
  type ClassicMessage,
  extraHosts,
  openClassicBuild,
  runNetwork,
  type StartedBuild,
} from "./build.ts";
export { ClassicBuildError } from "./error.ts";
