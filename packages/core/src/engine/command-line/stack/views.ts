/** What there is of stacks: `docker stack ls`, `services`, `ps` and `rm`. Model: docker/cli cli/command/stack. */
import { columns, listFormat, renderList } from "../../docker/format.ts";
import { naturalCompare } from "../../docker/lists/shared.ts";
import { orFail } from "../../docker/problem.ts";
import type { RequestOf } from "../../docker/request.ts";
import { Filters } from "../../select/filters.ts";
import type { PayloadStore } from "../../swarm/payloads.ts";
import { selectTasks, TASK_FILTERS } from "../../swarm/select-tasks.ts";
import type { Service } from "../../swarm/service.ts";
import { awaitRemoval } from "../converge.ts";
import { listServices, taskTable } from "../service-views.ts";
import type { Session } from "../session.ts";
import { NAMESPACE } from "./names.ts";

interface StackRow {
  readonly name: string;
  readonly services: number;
}

const COLUMNS = columns<StackRow>(
  "formatter.stackContext",
  { Name: "NAME", Services: "SERVICES" },
  { Name: ({ name }) => name, Services: ({ services }) => String(services) },
);
const TABLE = "table {{.Name}}\t{{.Services}}";

/** The services of a stack. */
export function servicesOf(session: Session, namespace: string): Promise<readonly Service[]> {
  return session.call("ServiceList", "", () =>
    session.engine.swarm.cluster.services.all().filter(({ spec }) => spec.Labels[NAMESPACE] === namespace),
  );
}

export async function listStacks(session: Session, { format }: RequestOf<"stack ls">): Promise<number> {
  const services = await session.call("ServiceList", "", () => session.engine.swarm.cluster.services.all());
  const counts = new Map<string, number>();
  for (const { spec } of services) {
    const name = spec.Labels[NAMESPACE];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const rows = [...counts].map(([name, count]): StackRow => ({ name, services: count }));
  rows.sort((a, b) => naturalCompare(a.name, b.name));
  session.out(orFail(() => renderList(listFormat(format, TABLE), COLUMNS, rows)));
  return 0;
}

export async function listStackServices(session: Session, request: RequestOf<"stack services">): Promise<number> {
  const { name, filters, format, quiet } = request;
  const label = [...(filters["label"] ?? []), `${NAMESPACE}=${name}`];
  const chosen = Filters.of({ ...filters, label });
  const shown = { command: "service ls" as const, filters: request.filters, format, quiet };
  const text = await session.call("ServiceList", "", () => {
    const isEmpty = session.engine.swarm.cluster.services.list(chosen).length === 0;
    const list = orFail(() => listServices(session, shown, chosen));
    return isEmpty ? undefined : list;
  });
  if (text === undefined) session.err(`Nothing found in stack: ${name}\n`);
  else session.out(text);
  return 0;
}

export async function listStackTasks(session: Session, request: RequestOf<"stack ps">): Promise<number> {
  const { name, filters } = request;
  const names = (await servicesOf(session, name)).map(({ id }) => id);
  const chosen = Filters.of(filters, TASK_FILTERS);
  const tasks = await session.call("TaskList", "", () =>
    selectTasks(session.engine.swarm.cluster, chosen).filter(({ serviceId }) => names.includes(serviceId)),
  );
  if (tasks.length === 0) {
    session.err(`nothing found in stack: ${name}\n`);
    return 1;
  }
  session.out(orFail(() => taskTable(session, tasks, request)));
  return 0;
}

/** Services go first: what they use cannot go before. */
export async function removeStacks(session: Session, { names, detach }: RequestOf<"stack rm">): Promise<number> {
  for (const name of names) {
    const { networks } = session.engine;
    const services = [...(await servicesOf(session, name))].sort((a, b) => naturalCompare(a.spec.Name, b.spec.Name));
    const { cluster } = session.engine.swarm;
    const isOwn = (labels: Readonly<Record<string, string>>): boolean => labels[NAMESPACE] === name;
    const own = await session.call("NetworkList", "", () => networks.list().filter(({ labels }) => isOwn(labels)));
    const ownOf = (store: PayloadStore) => store.list(new Filters()).filter(({ spec }) => isOwn(spec.Labels));
    const secrets = await session.call("SecretList", "", () => ownOf(cluster.secrets));
    const configs = await session.call("ConfigList", "", () => ownOf(cluster.configs));
    if (services.length + own.length + secrets.length + configs.length === 0) {
      session.err(`Nothing found in stack: ${name}\n`);
      continue;
    }
    for (const { id, spec } of services) {
      session.lines([`Removing service ${spec.Name}`]);
      await session.call("ServiceDelete", id, () => cluster.services.remove(id));
    }
    for (const { id, spec } of secrets) {
      session.lines([`Removing secret ${spec.Name}`]);
      await session.call("SecretDelete", id, () => cluster.secrets.remove(id));
    }
    for (const { id, spec } of configs) {
      session.lines([`Removing config ${spec.Name}`]);
      await session.call("ConfigDelete", id, () => cluster.configs.remove(id));
    }
    for (const network of own) {
      session.lines([`Removing network ${network.name}`]);
      await session.call("NetworkDelete", network.id, () => void networks.remove(network.id));
    }
    if (!detach) for (const { id } of services) await awaitRemoval(session, id);
  }
  return 0;
}
