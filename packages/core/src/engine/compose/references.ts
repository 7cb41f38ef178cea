/** Services that a service names in its attributes, as the containers that they are. Model: compose's convergence.go. */
import { ComposeError, type Service } from "../../compose/index.ts";
import type { Container } from "../container/container.ts";
import { containersOf, type Operation } from "./operation.ts";

/** @throws ComposeError `cannot share network namespace with service db: container missing` */
export function resolveReferences(operation: Operation, project: string, service: Service): Service {
  const first = (name: string, what: string): Container => {
    const [found] = [...containersOf(operation, project, { services: [name] })].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    if (found === undefined) throw new ComposeError(`cannot share ${what} with service ${name}: container missing`);
    return found;
  };
  const shared = (mode: string | undefined, what: string): string | undefined =>
    mode?.startsWith("service:") === true ? `container:${first(mode.slice("service:".length), what).id}` : mode;
  const volumesFrom = service.volumes_from?.map((entry) => {
    const [name = "", second = ""] = entry.split(":");
    return name === "container" ? second : first(name, "volume").id;
  });
  const network = shared(service.network_mode, "network namespace");
  const ipc = shared(service.ipc, "IPC namespace");
  const pid = shared(service.pid, "PID namespace");
  return {
    ...service,
    ...(volumesFrom === undefined ? {} : { volumes_from: volumesFrom }),
    ...(network === undefined ? {} : { network_mode: network }),
    ...(ipc === undefined ? {} : { ipc }),
    ...(pid === undefined ? {} : { pid }),
  };
}

/** `container:alias`, for links to services and to containers outside of the project. */
export function serviceLinks(
  operation: Operation,
  project: string,
  service: Service,
  number: number,
): readonly string[] {
  const own = (service.links ?? []).flatMap((link) => {
    const [target = "", alias = target] = link.split(":");
    return containersOf(operation, project, { services: [target] }).flatMap(({ name }) => [
      `${name}:${alias}`,
      `${name}:${target}-${number}`,
      `${name}:${project}-${target}-${number}`,
    ]);
  });
  const external = (service.external_links ?? []).map((link) => {
    const [target = "", alias = target] = link.split(":");
    return `${target}:${alias}`;
  });
  return [...own, ...external];
}
