/** Programs written by users, and those that the catalogue's images name. */
export { AsyncProcess, AsyncRunner, asyncProgram, type Work } from "./async-program.ts";
export { type Behaviour, behaviourProgram, type LogLine } from "./behaviour.ts";
export { defineProgram, type Main, type NamedProgram } from "./define.ts";
export { byteCount, type Duration, durationUs } from "./duration.ts";
export { DEFAULT_PORT, type Handler, type ServeOptions, serve } from "./serve.ts";
