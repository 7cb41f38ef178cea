/**
 * `docker stack deploy`: networks, secrets, configs and services are made as the files say, or changed to be so.
 *
 * @see docker/cli cli/command/stack/swarm/deploy_composefile.go, deploy.go
 */

import type { FileObject, NetworkSpec, Project } from "../../../compose/index.ts";
import { problemOf } from "../../../lib/go/index.ts";
import { StatusError, sortKeys } from "../../../lib/index.ts";
import { parseReference } from "../../docker/index.ts";
import { failure } from "../../docker/problem.ts";
import type { RequestOf } from "../../docker/request.ts";
import { Filters } from "../../select/filters.ts";
import type { PayloadKind, PayloadStore } from "../../swarm/payloads.ts";
import type { PayloadFile, ServiceSpec, TaskContainerSpec } from "../../swarm/service-spec.ts";
import { awaitService } from "../converge.ts";
import type { Session } from "../session.ts";
import { told } from "../told.ts";
import { openFiles } from "./files.ts";
import { NAMESPACE, namesOf, scoped } from "./names.ts";
import { serviceSpec } from "./service-spec.ts";
import { servicesOf } from "./views.ts";

/** Networks that are there without anybody's doing. */
const GIVEN = new Set(["bridge", "default", "host", "none"]);
const RESOLVE = new Set(["always", "changed", "never"]);
const IN_BACKGROUND = `Since --detach=false was not specified, tasks will be created in the background.
In a future release, --detach=false will become the default.
`;
const PAYLOAD_MODE = 0o444;

export async function deployStack(session: Session, request: RequestOf<"stack deploy">): Promise<number> {
  const { name: namespace } = request;
  const { project } = openFiles(session, request.files);
  for (const [name, { image = "" }] of project.services) checkImage(name, image);
  if (!RESOLVE.has(request.resolveImage))
    throw failure(`Invalid option ${request.resolveImage} for flag --resolve-image`);
  if (!request.isDetachSaid) session.err(IN_BACKGROUND);
  const { swarm } = session.engine;
  await session.call("SystemInfo", "", () => {
    if (swarm.current !== undefined) return;
    const hint = 'Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again';
    throw failure(`this node is not a swarm manager. ${hint}`);
  });
  if (request.prune) await pruneServices(session, namespace, project);
  await createNetworks(session, namespace, project);
  await createPayloads(session, namespace, "secret", project.secrets);
  await createPayloads(session, namespace, "config", project.configs);
  const specs: ServiceSpec[] = [];
  for (const [name, service] of project.services) {
    const files = { ...(await filesOf(session, namespace, project, name)) };
    specs.push(serviceSpec(name, service, { namespace, project, files }));
  }
  const ids: string[] = [];
  for (const spec of specs) ids.push(await deployService(session, namespace, spec));
  if (!request.detach) for (const id of ids) await awaitService(session, id, { quiet: request.quiet });
  return 0;
}

/** @throws CliError */
function checkImage(service: string, image: string): void {
  const refuse = (why: string): never => {
    throw failure(`invalid image reference for service ${service}: ${why}`);
  };
  if (image === "") refuse("no image specified");
  const problem = problemOf(() => parseReference(image));
  if (problem !== undefined) refuse(problem);
}

/** Services that the files no longer speak of go. */
async function pruneServices(session: Session, namespace: string, project: Project): Promise<void> {
  const names = new Set([...project.services.keys()].map((name) => scoped(namespace, name)));
  for (const { id, spec } of await servicesOf(session, namespace)) {
    if (names.has(spec.Name)) continue;
    session.lines([`Removing service ${spec.Name}`]);
    await session.call("ServiceDelete", id, () => session.engine.swarm.cluster.services.remove(id));
  }
}

/** Those that services are on, and are not there yet. */
async function createNetworks(session: Session, namespace: string, project: Project): Promise<void> {
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

const CALLS = {
  secret: { inspect: "SecretInspect", create: "SecretCreate", update: "SecretUpdate" },
  config: { inspect: "ConfigInspect", create: "ConfigCreate", update: "ConfigUpdate" },
} as const;

const storeOf = (session: Session, kind: PayloadKind): PayloadStore => {
  const { secrets, configs } = session.engine.swarm.cluster;
  return kind === "secret" ? secrets : configs;
};

/** Secrets and configs that come from files: those that are there get other labels at most. */
async function createPayloads(
  session: Session,
  namespace: string,
  kind: PayloadKind,
  objects: ReadonlyMap<string, FileObject>,
): Promise<void> {
  const own = [...objects].filter(([, { external }]) => external !== true);
  const payloads = own.map(([name, object]) => {
    const content = session.client.readFile(object.file ?? "");
    if (typeof content === "string") throw failure(`open ${object.file ?? ""}: ${content}`);
    const Labels = sortKeys({ ...object.labels, [NAMESPACE]: namespace });
    return { spec: { Name: namesOf(namespace, name, object), Labels }, content };
  });
  for (const { spec, content } of payloads) {
    const store = storeOf(session, kind);
    const existing = await session.call(CALLS[kind].inspect, spec.Name, () =>
      store.list(new Filters()).find((one) => one.spec.Name === spec.Name),
    );
    if (existing !== undefined) {
      await made(`failed to update ${kind} ${spec.Name}`, () =>
        session.call(CALLS[kind].update, spec.Name, () => store.update(existing.id, existing.version, spec, content)),
      );
      continue;
    }
    session.lines([`Creating ${kind} ${spec.Name}`]);
    await made(`failed to create ${kind} ${spec.Name}`, () =>
      session.call(CALLS[kind].create, spec.Name, () => store.create(spec, content)),
    );
  }
}

/** What a service has of secrets and configs, as the swarm knows them. @throws CliError */
async function filesOf(
  session: Session,
  namespace: string,
  project: Project,
  name: string,
): Promise<Pick<TaskContainerSpec, "Secrets" | "Configs">> {
  const service = project.services.get(name);
  const found = async (kind: PayloadKind, objects: ReadonlyMap<string, FileObject>) => {
    const references = service?.[`${kind}s`] ?? [];
    if (references.length === 0) return [];
    const known = await session.call(kind === "secret" ? "SecretList" : "ConfigList", "", () =>
      storeOf(session, kind).list(new Filters()),
    );
    return references.map(({ source = "", target = source, uid = "0", gid = "0", mode = PAYLOAD_MODE }) => {
      const object = objects.get(source);
      if (object === undefined) throw failure(`service ${name}: undefined ${kind} ${JSON.stringify(source)}`);
      const full = namesOf(namespace, source, object);
      const payload = known.find(({ spec }) => spec.Name === full);
      if (payload === undefined) throw failure(`service ${name}: ${kind} not found: ${full}`);
      const File: PayloadFile = { Name: target, UID: uid, GID: gid, Mode: mode };
      return { File, id: payload.id, name: full };
    });
  };
  const secrets = await found("secret", project.secrets);
  const configs = await found("config", project.configs);
  return {
    ...(secrets.length > 0 && {
      Secrets: secrets.map(({ File, id, name: SecretName }) => ({ File, SecretID: id, SecretName })),
    }),
    ...(configs.length > 0 && {
      Configs: configs.map(({ File, id, name: ConfigName }) => ({ File, ConfigID: id, ConfigName })),
    }),
  };
}

/** The id of a service that is as it is wanted. */
async function deployService(session: Session, namespace: string, spec: ServiceSpec): Promise<string> {
  const { swarm } = session.engine;
  const existing = (await servicesOf(session, namespace)).find((one) => one.spec.Name === spec.Name);
  if (existing === undefined) {
    session.lines([`Creating service ${spec.Name}`]);
    return made(`failed to create service ${spec.Name}`, () =>
      session.call("ServiceCreate", spec.Name, () => swarm.cluster.services.create(spec).id),
    );
  }
  session.lines([`Updating service ${spec.Name} (id: ${existing.id})`]);
  const ForceUpdate = existing.spec.TaskTemplate.ForceUpdate;
  const same = { ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate } };
  await made(`failed to update service ${spec.Name}`, () =>
    session.call("ServiceUpdate", spec.Name, () => swarm.cluster.services.update(existing.id, existing.version, same)),
  );
  return existing.id;
}

/** @throws CliError with what was being made */
async function made<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StatusError) throw failure(`${what}: ${told(error)}`);
    throw error;
  }
}
