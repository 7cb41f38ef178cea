/** Networks made, removed, joined and left. @see docker/cli cli/command/network */
import { StatusError } from "../../lib/index.ts";
import type { RequestOf } from "../docker/request.ts";
import { disconnectNamed } from "../network/disconnect-named.ts";
import { eachNamed } from "./named.ts";
import { agrees } from "./prune.ts";
import type { Session } from "./session.ts";

type NetworkRequest = RequestOf<"network create" | "network rm" | "network connect" | "network disconnect">;

export async function runNetwork(session: Session, request: NetworkRequest): Promise<number> {
  const { containers, networks } = session.engine;
  switch (request.command) {
    case "network create":
      session.lines([(await session.call("NetworkCreate", request.body.Name, () => networks.create(request.body))).id]);
      return 0;
    case "network rm":
      return removeNetworks(session, request);
    case "network connect":
      return session.call("NetworkConnect", request.network, () => {
        networks.connect(containers.get(request.container), request.network, request.endpoint);
        return 0;
      });
    case "network disconnect":
      await session.call("NetworkDisconnect", request.network, () => disconnectNamed(session.engine, request));
      return 0;
  }
}

const INGRESS_WARNING =
  "WARNING! Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker engine version. Otherwise, removal may not be effective and functionality of newly create ingress networks will be impaired.\nAre you sure you want to continue?";

/** Whatever goes wrong when the client asks, it is told when it removes. */
async function isIngress(session: Session, name: string): Promise<boolean> {
  try {
    return await session.call("NetworkInspect", name, () => session.engine.networks.get(name)?.ingress === true);
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

/** With --force what is missing is passed over. The client tells of a failure once more. */
async function removeNetworks(session: Session, request: RequestOf<"network rm">): Promise<number> {
  const exitCode = await eachNamed(session, request.networks, async (name) => {
    if ((await isIngress(session, name)) && !(await agrees(session, INGRESS_WARNING))) return "";
    try {
      return await session.call("NetworkDelete", name, () => session.engine.networks.remove(name).name);
    } catch (error) {
      if (request.force && error instanceof StatusError && error.kind === "not-found") return "";
      throw error;
    }
  });
  if (exitCode !== 0) session.err(`exit status ${exitCode}\n`);
  return exitCode;
}
