/**
 * `docker inspect` in its forms.
 *
 * @see docker/cli cli/command/system/inspect.go, cli/command/inspect/inspector.go
 */
import type { Operation } from "../../faults/index.ts";
import { assert, decode, ownValue, StatusError } from "../../lib/index.ts";
import { rootBytes, writtenBytes } from "../container/container-size.ts";
import { INSPECTED_CONTAINER } from "../docker/inspected/container.ts";
import { INSPECTED_IMAGE } from "../docker/inspected/image.ts";
import { INSPECTED_NETWORK, INSPECTED_VOLUME } from "../docker/inspected/network.ts";
import { type Inspected, inspectOutput } from "../docker/inspected/output.ts";
import { prettyNode } from "../docker/inspected/pretty/node.ts";
import { prettyConfig, prettySecret } from "../docker/inspected/pretty/payload.ts";
import { prettyService } from "../docker/inspected/pretty/service.ts";
import { INSPECTED_CONFIG, INSPECTED_NODE, INSPECTED_SECRET, INSPECTED_SERVICE } from "../docker/inspected/swarm.ts";
import { INSPECTED_TASK } from "../docker/inspected/task.ts";
import type { RequestOf } from "../docker/request.ts";
import type { GoType } from "../docker/template/type.ts";
import { containerDocument } from "../documents/container.ts";
import { imageDocument } from "../documents/image.ts";
import { networkDocument } from "../documents/network.ts";
import { nodeDocument, payloadDocument } from "../swarm/documents.ts";
import { serviceDocument, taskDocument } from "../swarm/service-documents.ts";
import { findVolume } from "../volume/named-volume.ts";
import { noPlugin } from "./plugins.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

type InspectRequest = RequestOf<
  | "inspect"
  | "container inspect"
  | "image inspect"
  | "network inspect"
  | "volume inspect"
  | "node inspect"
  | "service inspect"
  | "secret inspect"
  | "config inspect"
>;

/** Finds an object of one kind. @throws StatusError not-found */
interface Finder {
  readonly operation: Operation;
  readonly find: (name: string) => Inspected;
  /** What the client says instead of the engine if it is not there. */
  readonly lost?: (name: string) => string;
}

export async function inspectObjects(session: Session, request: InspectRequest): Promise<number> {
  const finders = findersFor(session, request);
  const how = { isTyped: finders.length === 1, wantsSize: "size" in request && request.size };
  const found: Inspected[] = [];
  const problems: string[] = [];
  for (const name of request.names) {
    const object = await findFirst(session, finders, name, problems, how);
    if (object !== undefined) found.push(object);
  }
  const isPretty = "isPretty" in request && request.isPretty;
  if (isPretty) for (const { pretty } of found) session.out(pretty?.() ?? "");
  const code = isPretty ? 0 : printFound(session, found, request.format);
  for (const problem of problems) session.err(`${problem}\n`);
  return problems.length > 0 ? 1 : code;
}

function findersFor(session: Session, request: InspectRequest): readonly Finder[] {
  const { containers, images, networks, swarm } = session.engine;
  const byType: Readonly<Record<string, Finder>> = {
    container: about("ContainerInspect", (name) => {
      const container = containers.get(name);
      const { engine } = session;
      const wantsSize = "size" in request && request.size;
      const size = wantsSize
        ? { SizeRw: writtenBytes(engine, container), SizeRootFs: rootBytes(engine, container) }
        : {};
      const running = engine.exec.of(container).map(({ id }) => id);
      const execs = { ExecIDs: running.length === 0 ? null : running };
      return { json: { ...containerDocument(container), ...execs, ...size }, type: INSPECTED_CONTAINER };
    }),
    image: about("ImageInspect", (name) => {
      const image = images.getFor(name, "platform" in request ? request.platform : undefined);
      return { json: imageDocument(image, images.familiarNames(image)), type: INSPECTED_IMAGE };
    }),
    network: about("NetworkInspect", (name) => {
      const network = networks.get(name);
      if (network === undefined) throw new StatusError("not-found", `network ${name} not found`);
      const services = "verbose" in request && request.verbose ? networks.servicesOn(network) : [];
      return { json: networkDocument(network, services), type: INSPECTED_NETWORK };
    }),
    volume: about("VolumeInspect", (name) => {
      return { json: findVolume(session.engine, name), type: INSPECTED_VOLUME, typedOnly: true };
    }),
  };
  const ofSwarm: Readonly<Record<string, Finder>> = {
    service: {
      ...about("ServiceInspect", (name) => {
        const json = serviceDocument(swarm.cluster, swarm.cluster.services.get(name), { insertDefaults: true });
        const networkName = (id: string): string => networks.get(id)?.name ?? id;
        const pretty = () => prettyService(json, { now: session.now, networkName });
        return { ...typed(json, INSPECTED_SERVICE), pretty };
      }),
      ...(request.command === "service inspect" && { lost: (name) => `Error: no such service: ${name}` }),
    },
    task: about("TaskInspect", (name) => ({
      json: taskDocument(swarm.cluster, swarm.cluster.tasks.get(name)),
      type: INSPECTED_TASK,
    })),
    node: about("NodeInspect", (name) => {
      const { nodes } = swarm.cluster;
      const isSelf = request.command === "node inspect" && name === "self";
      const json = nodeDocument(swarm.cluster, nodes.get(isSelf ? (swarm.node?.id ?? name) : name));
      return { ...typed(json, INSPECTED_NODE), pretty: () => prettyNode(json) };
    }),
    secret: about("SecretInspect", (name) => {
      const json = payloadDocument("secret", swarm.cluster.secrets.get(name));
      return { json, type: INSPECTED_SECRET, pretty: () => prettySecret(json) };
    }),
    config: about("ConfigInspect", (name) => {
      const config = swarm.cluster.configs.get(name);
      const json = payloadDocument("config", config);
      return { json, type: INSPECTED_CONFIG, pretty: () => prettyConfig(json, decode(config.data)) };
    }),
  };
  const plugin = about("PluginInspect", (name) => {
    throw noPlugin(name);
  });
  const all = { ...byType, ...ofSwarm };
  const type = request.command === "inspect" ? request.type : request.command.split(" ")[0];
  // Where there is no swarm nobody looks for what it has.
  if (type === undefined) return Object.values(swarm.current === undefined ? byType : all);
  // There are no plugins to be found by chance.
  const finder = ownValue({ ...all, plugin }, type);
  if (finder === undefined) assert(false, `${type} is a type of object`);
  return [finder];
}

/** What the client knows by its type alone. */
const typed = (json: object, type: GoType): Inspected => ({ json, type, typedOnly: true });

const about = (operation: Operation, find: Finder["find"]): Finder => ({ operation, find });

async function findFirst(
  session: Session,
  finders: readonly Finder[],
  name: string,
  problems: string[],
  { isTyped, wantsSize }: { readonly isTyped: boolean; readonly wantsSize: boolean },
): Promise<Inspected | undefined> {
  for (const { operation, find, lost } of finders) {
    try {
      const found = await session.call(operation, name, () => find(name));
      if (wantsSize && operation !== "ContainerInspect")
        session.err(`WARNING: --size ignored for ${operation.replace("Inspect", "").toLowerCase()}\n`);
      return found;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const isLost = error.kind === "not-found";
      if (isLost && !isTyped) continue;
      problems.push(isLost && lost !== undefined ? lost(name) : told(error));
      return undefined;
    }
  }
  problems.push(`Error: No such object: ${name}`);
  return undefined;
}

/** Objects together, as a template or as JSON. */
function printFound(session: Session, found: readonly Inspected[], format: string): number {
  const { stdout, errors } = inspectOutput(format, found);
  session.out(stdout);
  for (const error of errors) session.err(`${error}\n`);
  return errors.length > 0 ? 1 : 0;
}
