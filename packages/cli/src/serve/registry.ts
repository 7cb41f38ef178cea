/** `--registry`: a registry of the engine's world on a real port, for other tools. */
import type { Engine, StateDirectory } from "@bottleship/core/engine";
import { Registry } from "@bottleship/core/registry";
import { type FetchServer, type ListenAddress, serveFetch } from "@bottleship/node";
import { UsageError } from "../terminal.ts";

type TcpAddress = Extract<ListenAddress, { readonly kind: "tcp" }>;

/**
 * Listens, and lets the engine reach it under the same address, and as `localhost`. Without it nothing happens.
 * What is pushed is kept below the state, if there is one.
 *
 * @throws Error of the system if the address cannot be had
 */
export async function serveRegistry(
  engine: Engine,
  address: TcpAddress | undefined,
  state: StateDirectory | undefined,
): Promise<FetchServer | undefined> {
  if (address === undefined) return undefined;
  const disk = state && { disk: { disk: state.disk, path: `${state.path}/registry` } };
  const registry = new Registry({ nowUs: () => engine.world.clock.nowUs, ...disk });
  const served = await serveFetch(registry.fetch, address);
  for (const host of new Set([served.host, "localhost", "127.0.0.1"]))
    engine.registries.add(
      new URL(`http://${host.includes(":") ? `[${host}]` : host}:${served.port}`).host,
      registry.fetch,
    );
  return served;
}

/** @throws UsageError for what is no place on TCP */
export function registryAddress(address: ListenAddress): TcpAddress {
  if (address.kind === "tcp") return address;
  throw new UsageError("--registry: HOST:PORT is wanted");
}
