/** The networks of a stack. @see docker/cli cli/command/stack/swarm/deploy_composefile.go, cli/compose/convert/compose.go */
import type { NetworkSpec, Project } from "../../../compose/index.ts";
import { sortKeys } from "../../../lib/index.ts";
import { failure } from "../../docker/problem.ts";
import type { Session } from "../session.ts";
import { made } from "./made.ts";
import { NAMESPACE, namesOf } from "./names.ts";

/** Networks that are there without anybody's doing. */
const GIVEN = new Set(["bridge", "default", "host", "none"]);

/** Creates the networks that services are on and that do not exist yet. */
export async function createNetworks(session: Session, namespace: string, project: Project): Promise<void> {
  const { networks } = session.engine;
  const used = new Set(
    [...project.services.values()].flatMap(({ networks: own = { default: null } }) => Object.keys(own)),
  );
  const wanted = [...used].map((name): readonly [string, NetworkSpec] => [name, project.networks.get(name) ?? {}]);
  for (const [name, spec] of wanted) {
    const full = namesOf(namespace, name, spec);
    if (spec.external === true && !GIVEN.has(full)) await checkExternal(session, full);
  }
  for (const [name, spec] of wanted) {
    const full = namesOf(namespace, name, spec);
    if (spec.external === true || GIVEN.has(full)) continue;
    const existing = await session.call("NetworkList", "", () => networks.list());
    if (existing.some((network) => network.name === full && network.labels[NAMESPACE] === namespace)) continue;
    session.lines([`Creating network ${full}`]);
    await made(`failed to create network ${full}`, () =>
      session.call("NetworkCreate", full, () =>
        networks.create({
          Name: full,
          Driver: spec.driver ?? "overlay",
          Labels: sortKeys({ ...spec.labels, [NAMESPACE]: namespace }),
          ...(spec.driver_opts && { Options: spec.driver_opts }),
          ...(spec.internal === true && { Internal: true }),
          ...(spec.attachable === true && { Attachable: true }),
          ...ipamOf(spec),
        }),
      ),
    );
  }
}

function ipamOf({ ipam }: NetworkSpec) {
  if (ipam === undefined) return {};
  const Config = (ipam.config ?? []).map(({ subnet }) => (subnet === undefined ? {} : { Subnet: subnet }));
  return { IPAM: { Driver: ipam.driver ?? "default", Config } };
}

/** @throws CliError for a network that is not the swarm's */
async function checkExternal(session: Session, name: string): Promise<void> {
  const network = await session.call("NetworkInspect", name, () => session.engine.networks.get(name));
  const declared = `network ${JSON.stringify(name)} is declared as external, but`;
  if (network === undefined) {
    throw failure(
      `${declared} could not be found. You need to create a swarm-scoped network before the stack is deployed`,
    );
  }
  if (network.scope !== "swarm")
    throw failure(`${declared} it is not in the right scope: ${JSON.stringify(network.scope)} instead of "swarm"`);
}
