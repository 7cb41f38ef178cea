/** The Docker Engine API of a simulated engine. */
export { EngineApi, type EngineApiOptions } from "./api.ts";
export { type ApiFetch, createFetch } from "./fetch.ts";
export { type ApiReply, type ApiRequest, type HijackedStream, type Output, TextBody } from "./http/exchange.ts";
export { Query } from "./http/form.ts";
export { API_VERSION, COMMON_HEADERS, ENGINE_VERSION, MIN_API_VERSION } from "./http/version.ts";
export type { BuildTrace } from "./routes/images/buildkit.ts";
export type { SessionBuild, SessionBuilds } from "./routes/images/session-build.ts";
export {
  encodeFrame,
  type Frame,
  FrameDecoder,
  type FrameStream,
  MULTIPLEXED_STREAM,
  RAW_STREAM,
} from "./streams/frames.ts";
