/**
 * Commands that change the services of a swarm. They wait until the tasks are as they should be, unless asked not to.
 *
 * @see docker/cli cli/command/service
 */
import { parseUnsigned, problemOf } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { referenceProblem } from "../../oci/index.ts";
import { withoutZero } from "../docker/commands/service-body.ts";
import { failure, ValueError } from "../docker/problem.ts";
import { familiarText, parseReference, withDefaultTag } from "../docker/reference.ts";
import type { RequestOf } from "../docker/request.ts";
import type { PayloadWish } from "../docker/requests/service-changes.ts";
import type { Network } from "../network/network.ts";
import { Filters } from "../select/filters.ts";
import type { Service } from "../swarm/service.ts";
import type { ServiceMode, ServiceSpec } from "../swarm/service-spec.ts";
import { changedService } from "./changed-service.ts";
import { awaitService } from "./converge.ts";
import { pinnedService } from "./pinned-image.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

export async function createService(
  session: Session,
  { spec, secrets, configs, resolvesImage, detach, quiet }: RequestOf<"service create">,
): Promise<number> {
  const { swarm } = session.engine;
  const { ContainerSpec: container, ...task } = spec.TaskTemplate;
  const Secrets = await references(session, secrets, "Secret");
  const Configs = await references(session, configs, "Config");
  const files = { ...(Secrets.length > 0 && { Secrets }), ...(Configs.length > 0 && { Configs }) };
  const Image = withTag(container?.Image ?? "");
  const { Networks: named = [] } = task;
  const networks = await Promise.all(
    named.map(async (one) => ({ ...one, Target: await networkId(session, one.Target) })),
  );
  const Networks = networks.toSorted((a, b) => (a.Target < b.Target ? -1 : 1));
  const TaskTemplate = {
    ...task,
    ...(Networks.length > 0 && { Networks }),
    ContainerSpec: { ...container, ...files, Image },
  };
  const whole = { ...spec, TaskTemplate };
  const pinned = resolvesImage ? await pinnedService(session, whole) : { spec: whole, warning: "" };
  const { id } = await session.call("ServiceCreate", spec.Name, () => swarm.cluster.services.create(pinned.spec));
  session.err(pinned.warning);
  session.lines([id]);
  if (!detach) await awaitService(session, id, { quiet });
  return 0;
}

/** What is no name is left to the manager to refuse. */
const withTag = (image: string): string =>
  referenceProblem(image) === undefined ? familiarText(withDefaultTag(parseReference(image))) : image;

/** A service as the client sees it. @throws StatusError not-found */
const inspected = (session: Session, name: string): Promise<Service> =>
  session.call("ServiceInspect", name, () => session.engine.swarm.cluster.services.get(name));

/** Changes a service as it was seen. */
function updated(session: Session, name: string, { version }: Service, spec: ServiceSpec): Promise<void> {
  return session.call("ServiceUpdate", name, () => session.engine.swarm.cluster.services.update(name, version, spec));
}

/** @see docker/cli cli/command/service/update.go */
export async function updateService(session: Session, request: RequestOf<"service update">): Promise<number> {
  const service = await inspected(session, request.service);
  const { image, networks: given } = request.changes;
  const networks = {
    add: await Promise.all(given.add.map(async (one) => ({ ...one, Target: await swarmNetwork(session, one.Target) }))),
    remove: await Promise.all(given.remove.map((name) => swarmNetwork(session, name))),
  };
  const whole = image === undefined ? undefined : withTag(image);
  const spec = changedService(service.spec, { ...request.changes, networks, image: whole });
  const changed = await withPayloads(session, spec, request.changes);
  const asks = image !== undefined && request.resolvesImage;
  const pinned = asks ? await pinnedService(session, changed) : { spec: changed, warning: "" };
  await updated(session, request.service, service, pinned.spec);
  session.err(pinned.warning);
  session.lines([request.service]);
  if (!request.detach) await awaitService(session, service.id, { name: request.service, quiet: request.quiet });
  return 0;
}

const networkId = (session: Session, name: string): Promise<string> => networkOf(session, name, () => true);

/** An update knows those of the swarm only. */
const swarmNetwork = (session: Session, name: string): Promise<string> =>
  networkOf(session, name, ({ scope }) => scope === "swarm");

function networkOf(session: Session, name: string, isMeant: (network: Network) => boolean): Promise<string> {
  return session.call("NetworkInspect", name, () => {
    const network = session.engine.networks.get(name);
    if (network === undefined || !isMeant(network)) throw new StatusError("not-found", `network ${name} not found`);
    return network.id;
  });
}

/** With other secrets and configs. */
async function withPayloads(
  session: Session,
  spec: ServiceSpec,
  { secrets, configs }: RequestOf<"service update">["changes"],
): Promise<ServiceSpec> {
  const { ContainerSpec: container } = spec.TaskTemplate;
  if (container === undefined) return spec;
  const { Secrets: oldSecrets = [], Configs: oldConfigs = [], ...others } = container;
  const keptSecrets = oldSecrets.filter(({ SecretName }) => !secrets.remove.includes(SecretName));
  const keptConfigs = oldConfigs.filter(({ ConfigName }) => !configs.remove.includes(ConfigName));
  const files = withoutZero({
    Secrets: [...keptSecrets, ...(await references(session, secrets.add, "Secret"))],
    Configs: [...keptConfigs, ...(await references(session, configs.add, "Config"))],
  });
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...others, ...files } } };
}

export async function rollBackService(
  session: Session,
  { service: name, isCombined, detach, quiet }: RequestOf<"service rollback">,
): Promise<number> {
  const { id, version } = await inspected(session, name);
  if (isCombined) throw failure("other flags may not be combined with --rollback");
  await session.call("ServiceUpdate", name, () => session.engine.swarm.cluster.services.rollBack(name, version));
  session.lines([name]);
  if (!detach) await awaitService(session, id, { name, quiet });
  return 0;
}

/** With the ids of what is wished for. @throws CliError for something that is not there */
async function references<K extends "Secret" | "Config">(session: Session, wishes: readonly PayloadWish[], kind: K) {
  if (wishes.length === 0) return [];
  const known = await session.call(`${kind}List`, "", () => {
    const { secrets, configs } = session.engine.swarm.cluster;
    return (kind === "Secret" ? secrets : configs).list(new Filters());
  });
  const again = wishes.find(({ target }, at) => wishes.findIndex((one) => one.target === target) < at);
  if (again !== undefined) throw failure(`duplicate ${kind.toLowerCase()} target for ${again.source} not allowed`);
  return wishes.map(({ source, target, uid: UID, gid: GID, mode: Mode }) => {
    const payload = known.find(({ spec }) => spec.Name === source);
    if (payload === undefined) throw failure(`${kind.toLowerCase()} not found: ${source}`);
    const names = { [`${kind}ID`]: payload.id, [`${kind}Name`]: source } as Record<`${K}ID` | `${K}Name`, string>;
    return { File: { Name: target, UID, GID, Mode }, ...names };
  });
}

/** With another number of tasks, or completions of a job; `undefined` where every node has one. */
function scaled({ Replicated, ReplicatedJob }: ServiceMode, count: number): ServiceMode | undefined {
  if (Replicated !== undefined) return { Replicated: { Replicas: count } };
  return ReplicatedJob && { ReplicatedJob: { ...ReplicatedJob, TotalCompletions: count } };
}

/** What goes wrong with some does not stop the others. */
export async function scaleServices(session: Session, { counts, detach }: RequestOf<"service scale">): Promise<number> {
  let exitCode = 0;
  const scaledOnes: (readonly [name: string, id: string])[] = [];
  for (const one of counts) {
    const [name = "", count = ""] = one.split(/=(.*)/s);
    try {
      const problem = problemOf(() => parseUnsigned(count));
      if (problem !== undefined) throw new ValueError(`invalid replicas value ${count}: ${problem}`);
      const service = await inspected(session, name);
      const Mode = scaled(service.spec.Mode, Number(count));
      if (Mode === undefined) throw new ValueError("scale can only be used with replicated or replicated-job mode");
      await updated(session, name, service, { ...service.spec, Mode });
      session.lines([`${name} scaled to ${count}`]);
      scaledOnes.push([name, service.id]);
    } catch (error) {
      if (!(error instanceof ValueError || error instanceof StatusError)) throw error;
      session.err(`${name}: ${error instanceof StatusError ? told(error) : error.message}\n`);
      exitCode = 1;
    }
  }
  if (!detach) for (const [name, id] of scaledOnes) await awaitService(session, id, { name, quiet: false });
  return exitCode;
}
