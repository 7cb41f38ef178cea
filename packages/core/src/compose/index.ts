/** The Compose Specification: files to projects. Nothing here knows an engine. */
export { ComposeError, type SourcePlace } from "./compose-error.ts";
export { readEnvFile } from "./env-file.ts";
export { type ComposeClient, normalName, type ProjectOptions } from "./find-files.ts";
export { networkHash, serviceHash, volumeHash } from "./hash.ts";
export { hostList } from "./kinds/collections.ts";
export type { Build, FileReference } from "./model/build.ts";
export type { Resource } from "./model/deploy.ts";
export type { FileObject, NetworkSpec, VolumeSpecification } from "./model/resources.ts";
export { type Service, scaleOf } from "./model/service.ts";
export type { Dependency, EndpointSpec, Healthcheck, Hook, MountSpec } from "./model/service-parts.ts";
export { type OpenOptions, openModel, openProject } from "./open-project.ts";
export { modelYaml, projectJson, projectYaml } from "./print/config.ts";
export { dependentsOf, type Project, select, withoutDependencies } from "./project.ts";
export { readMount, readPorts } from "./short-forms.ts";
export { type ComposeDisk, type ComposeSource, IS_DIRECTORY, textOf } from "./source.ts";
export type { Tree, TreeMap } from "./tree.ts";
