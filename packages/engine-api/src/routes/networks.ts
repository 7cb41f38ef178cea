/**
 * Networks.
 *
 * @see moby api/server/router/network, daemon/network.go
 */
import {
  disconnectNamed,
  type Engine,
  NETWORK_FILTERS,
  type Network,
  networkDocument,
  pruneNetworks,
  selectNetworks,
} from "@bottleship/core/engine";
import { parseBool, problemOf, StatusError } from "@bottleship/core/lib";
import { readJson } from "../http/body.ts";
import { empty, json } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { badRequest } from "../http/problem.ts";
import { type Handler, type Route, route } from "../http/router.ts";
import { NETWORK_CONNECT, NETWORK_CREATE, NETWORK_DISCONNECT } from "../schemas/network.ts";

/** From this version on lists do not say who is on a network. */
const WITHOUT_CONTAINERS = 128;

function listHandler(engine: Engine): Handler {
  return ({ query, version }) => {
    const found = selectNetworks(engine, Filters.parse(query.get("filters"), NETWORK_FILTERS));
    const documents = found.map((one) => networkDocument(one));
    return json(version < WITHOUT_CONTAINERS ? documents : documents.map((one) => ({ ...one, Containers: {} })));
  };
}

export function networkRoutes(engine: Engine): readonly Route[] {
  const { containers, networks } = engine;
  return [
    route("GET", "/networks", listHandler(engine)),
    route("GET", "/networks/", listHandler(engine)),
    route("POST", "/networks/create", async ({ request, version }) => {
      const { EnableIPv4, ...rest } = await readJson(request, NETWORK_CREATE);
      const body = version < WITHOUT_IPV4 || EnableIPv4 === undefined ? rest : { ...rest, EnableIPv4 };
      const network = networks.create({ ...body, IPAM: body.IPAM ?? NO_IPAM, ConfigFrom: configFrom(body.ConfigFrom) });
      return json({ Id: network.id, Warning: "" }, 201);
    }),
    route("POST", "/networks/prune", ({ query }) => {
      const { removed: deleted } = pruneNetworks(engine, Filters.parse(query.get("filters")));
      return json({ NetworksDeleted: deleted.length === 0 ? null : deleted });
    }),
    route("GET", "/networks/{id...}", ({ param, query }) => {
      const verbose = query.get("verbose") ?? "";
      const problem = verbose === "" ? undefined : problemOf(() => parseBool(verbose));
      if (problem !== undefined) throw badRequest(`invalid value for verbose: ${verbose}: ${problem}`);
      const network = find(engine, param);
      const scope = query.get("scope") ?? "";
      const seen = scope === "swarm" && isOfEveryNode(engine, network) ? { ...network, scope } : network;
      if (scope !== "" && scope !== seen.scope) throw noNetwork(param);
      const services = verbose !== "" && parseBool(verbose) ? networks.servicesOn(network) : [];
      return json(networkDocument(seen, services));
    }),
    route("DELETE", "/networks/{id...}", ({ param }) => {
      networks.remove(param);
      return empty(204);
    }),
    route("POST", "/networks/{id...}/connect", async ({ request, param }) => {
      const { Container: name, EndpointConfig } = await readJson(request, NETWORK_CONNECT);
      networks.connect(containers.get(name), idOf(param), EndpointConfig);
      return empty(200);
    }),
    route("POST", "/networks/{id...}/disconnect", async ({ request, param }) => {
      const { Container: container, Force: force } = await readJson(request, NETWORK_DISCONNECT);
      disconnectNamed(engine, { container, network: idOf(param), force });
      return empty(200);
    }),
  ];

  /** Whether it has to be there depends on the container. */
  function idOf(reference: string): string {
    return networks.get(reference)?.id ?? reference;
  }
}

/** Clients also say that there is none by an empty name. */
const configFrom = (given: { readonly Network: string } | null) => (given?.Network === "" ? null : given);

/** Before this version every network had IPv4. */
const WITHOUT_IPV4 = 148;
const NO_IPAM = { Driver: "default", Config: [] };

function find({ networks }: Engine, reference: string): Network {
  const network = networks.get(reference);
  if (network === undefined) throw noNetwork(reference);
  return network;
}

/** A swarm's services can also be on what each node has anyway. @see moby libnetwork: predefined networks of swarmkit */
const isOfEveryNode = ({ swarm }: Engine, { name }: Network): boolean =>
  swarm.current !== undefined && (name === "host" || name === "bridge");

const noNetwork = (reference: string): StatusError => new StatusError("not-found", `network ${reference} not found`);
