/** A project as it can be told from what is in the engine, without its files. Model: compose's projectFromName. */
import type { Dependency, Project, Service } from "../../compose/index.ts";
import type { Container } from "../container/container.ts";
import { DEPENDS_ON, labelOf, NETWORK, PROJECT, serviceOf, VOLUME } from "./labels.ts";
import { containersOf, type Operation } from "./operation.ts";

export function foundProject({ engine }: Pick<Operation, "engine">, name: string): Project {
  const services = new Map<string, Service>();
  for (const container of [...containersOf({ engine }, name)].reverse()) {
    const known = services.get(serviceOf(container));
    const service = known ?? { image: container.imageName, depends_on: dependenciesOf(container) };
    services.set(serviceOf(container), { ...service, scale: (known?.scale ?? 0) + 1 });
  }
  const own = <T extends { readonly name: string; readonly labels: Readonly<Record<string, string>> }>(
    all: readonly T[],
    key: string,
  ) =>
    new Map(
      all.flatMap((one): [string, { name: string }][] =>
        one.labels[PROJECT] === name ? [[one.labels[key] ?? "", { name: one.name }]] : [],
      ),
    );
  return {
    name,
    directory: "/",
    files: [],
    services: new Map([...services].sort(([a], [b]) => (a < b ? -1 : 1))),
    disabled: new Map(),
    networks: own(engine.networks.list(), NETWORK),
    volumes: own(engine.volumes.list(), VOLUME),
    secrets: new Map(),
    configs: new Map(),
    models: new Map(),
    extensions: {},
    environment: new Map(),
    profiles: [],
  };
}

/** What the label says of the services that it depends on. */
function dependenciesOf(container: Container): Readonly<Record<string, Dependency>> {
  const entries = (labelOf(container, DEPENDS_ON) ?? "").split(",").filter((entry) => entry !== "");
  return Object.fromEntries(
    entries.map((entry): [string, Dependency] => {
      const [name = "", condition = "running_or_healthy", restart = "true"] = entry.split(":");
      return [name, { condition, restart: restart === "true", required: true }];
    }),
  );
}
