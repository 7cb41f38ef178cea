/** dockerode on a simulated engine: the same client, no socket. */
import type {} from "dockerode";
import type { EngineModem } from "./modem.ts";

export { createModem, type DialCallback, EngineModem } from "./modem.ts";
export { ModemError } from "./reply.ts";
export type { DialOptions, HeaderFields } from "./request.ts";

declare module "dockerode" {
  interface DockerOptions {
    /** What carries the requests. dockerode takes it, though its own declarations do not say so. */
    readonly modem?: EngineModem;
  }
}
