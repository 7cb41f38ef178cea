/**
 * The contexts that the docker client knows: names for engines. This client has no files of its own, so that the engine
 * keeps them.
 *
 * @see docker/cli cli/context/store
 */

export interface ClientContext {
  readonly description: string;
  readonly host: string;
  readonly skipsTlsVerify: boolean;
}

/** The context that every client has: the engine it would talk to anyway. */
export const DEFAULT_CONTEXT = "default";
/** Where an engine listens unless somebody says otherwise. */
export const DEFAULT_HOST = "unix:///var/run/docker.sock";

export class ClientContexts {
  /** By name, without that which everybody has. */
  readonly all = new Map<string, ClientContext>();
  /** The one that is in use. */
  current = DEFAULT_CONTEXT;
}
