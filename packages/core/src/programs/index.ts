/** Programs that users write, and those that the catalogue's images and packages name. */
export { AsyncProcess, AsyncRunner, asyncProgram, type Work } from "./async-program.ts";
export { type Behaviour, behaviourProgram, type LogLine } from "./behaviour.ts";
export { type CatalogueOptions, cataloguePrograms } from "./catalogue-programs.ts";
export { defineProgram, type Main, type NamedProgram } from "./define.ts";
export { byteCount, type Duration, durationUs } from "./duration.ts";
export { type AlpineIndex, alpineBase } from "./packages/alpine-index.ts";
export { APK_INSTALLED, apkStanza } from "./packages/apk.ts";
export { type DebianIndex, debianBase } from "./packages/debian-index.ts";
export { STATUS as DPKG_STATUS, stanzaOf as dpkgStanza } from "./packages/dpkg-status.ts";
export { programFile, standInNames } from "./packages/installed-program.ts";
export type { NodeIndex } from "./packages/node-index.ts";
export { PackageIndexes } from "./packages/package-indexes.ts";
export { packageFiles } from "./packages/pip-site.ts";
export type { PythonIndex, PythonRelease } from "./packages/python-index.ts";
export { ScriptTable } from "./scripts.ts";
export { DEFAULT_PORT, type Handler, type ServeOptions, serve } from "./serve.ts";
export { makeStandIn, type UnknownPrograms } from "./tools/stand-in.ts";
export { VERSIONS } from "./versions.ts";
