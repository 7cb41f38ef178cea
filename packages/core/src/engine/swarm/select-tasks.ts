/** Tasks that filters let through. @see moby daemon/cluster/filters.go: newListTasksFilters */
import { isSameData, StatusError } from "../../lib/index.ts";
import type { Filters } from "../select/filters.ts";
import type { Cluster } from "./cluster.ts";
import { taskSpec } from "./service-spec.ts";
import type { Task } from "./task.ts";

/** What lists of tasks can be filtered by. */
export const TASK_FILTERS = ["_up-to-date", "desired-state", "id", "label", "name", "node", "runtime", "service"];
const DESIRED: ReadonlySet<string> = new Set(["ready", "running", "complete", "shutdown", "remove", "accepted"]);

/**
 * The tasks that filters let through.
 *
 * @throws StatusError not-found for a service or a node that is none, internal (as with Docker) for a state that is none
 */
export function selectTasks(cluster: Cluster, filters: Filters): readonly Task[] {
  const services = filters.get("service").map((one) => cluster.services.get(one).id);
  const nodes = filters.get("node").map((one) => cluster.nodes.get(one).id);
  for (const state of filters.get("desired-state")) {
    if (!DESIRED.has(state)) throw new StatusError("internal", `Invalid desired-state filter: '${state}'`);
  }
  return cluster.tasks
    .all()
    .filter(
      (task) =>
        (services.length === 0 || services.includes(task.serviceId)) &&
        (nodes.length === 0 || nodes.includes(task.nodeId)) &&
        filters.allows("id", (value) => task.id.startsWith(value)) &&
        filters.allows("_up-to-date", (value) => value !== "true" || isUpToDate(cluster, task)) &&
        filters.allows("desired-state", (value) => value === task.desired) &&
        filters.allows("name", (value) => cluster.nameOfTask(task).startsWith(value)) &&
        filters.allowsLabels(cluster.services.byId(task.serviceId)?.spec.Labels ?? {}),
    );
}

/** A task of the service as it is now. */
function isUpToDate(cluster: Cluster, task: Task): boolean {
  const service = cluster.services.byId(task.serviceId);
  return service !== undefined && isSameData(task.spec, taskSpec(service.spec));
}
