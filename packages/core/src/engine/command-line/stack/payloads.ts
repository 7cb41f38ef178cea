/** The secrets and configs of a stack. @see docker/cli cli/command/stack/swarm/deploy_composefile.go */
import type { FileObject, Project } from "../../../compose/index.ts";
import { sortKeys } from "../../../lib/index.ts";
import { failure } from "../../docker/problem.ts";
import { Filters } from "../../select/filters.ts";
import type { PayloadKind, PayloadStore } from "../../swarm/payloads.ts";
import type { PayloadFile, TaskContainerSpec } from "../../swarm/service-spec.ts";
import type { Session } from "../session.ts";
import { made } from "./made.ts";
import { NAMESPACE, namesOf } from "./names.ts";

const PAYLOAD_MODE = 0o444;

const CALLS = {
  secret: { inspect: "SecretInspect", create: "SecretCreate", update: "SecretUpdate" },
  config: { inspect: "ConfigInspect", create: "ConfigCreate", update: "ConfigUpdate" },
} as const;

const storeOf = (session: Session, kind: PayloadKind): PayloadStore => {
  const { secrets, configs } = session.engine.swarm.cluster;
  return kind === "secret" ? secrets : configs;
};

/** Secrets and configs that come from files: those that are there get other labels at most. */
export async function createPayloads(
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
export async function payloadsOf(
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
