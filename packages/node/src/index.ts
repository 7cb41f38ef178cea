/** Where the simulator meets the computer that it runs on. */
export { addressText, type ListenAddress, parseAddress } from "./address.ts";
export { CODECS } from "./codecs.ts";
export { type ConnectOptions, connectEngine } from "./connect.ts";
export { type InProcess, inProcess } from "./in-process.ts";
export { PublishedPorts } from "./published-ports.ts";
export { REAL_HOST } from "./real-host.ts";
export { type FetchServer, type ServeFetchOptions, serveFetch } from "./serve-fetch.ts";
export { EngineServer, type EngineServerOptions, type ServeOptions, serve, type TlsOptions } from "./server.ts";
export { type OpenState, openState } from "./state-directory.ts";
