/**
 * `docker inspect` in its forms.
 *
 * @see docker/cli cli/command/system/inspect.go, cli/command/inspect/inspector.go
 */
import type { Operation } from "../../faults/index.ts";
import { StatusError } from "../../lib/index.ts";
import { rootBytes, writtenBytes } from "../container-size.ts";
import { INSPECTED_CONTAINER } from "../docker/inspected/container.ts";
import { INSPECTED_IMAGE } from "../docker/inspected/image.ts";
import { INSPECTED_NETWORK, INSPECTED_VOLUME } from "../docker/inspected/network.ts";
import { type Inspected, inspectOutput } from "../docker/inspected/output.ts";
import type { RequestOf } from "../docker/request.ts";
import { containerDocument } from "../documents/container.ts";
import { imageDocument, networkDocument, volumeDocument } from "../documents/others.ts";
import type { Session } from "./session.ts";
import { told } from "./told.ts";

type InspectRequest = RequestOf<
  "inspect" | "container inspect" | "image inspect" | "network inspect" | "volume inspect"
>;

/** Finds an object of one kind. @throws StatusError not-found */
interface Finder {
  readonly operation: Operation;
  readonly find: (name: string) => Inspected;
}

export async function inspectObjects(session: Session, request: InspectRequest): Promise<number> {
  const finders = findersFor(session, request);
  const isTyped = finders.length === 1;
  const found: Inspected[] = [];
  const problems: string[] = [];
  for (const name of request.names) {
    const object = await findFirst(session, finders, name, problems, isTyped);
    if (object !== undefined) found.push(object);
  }
  const code = printFound(session, found, request.format);
  for (const problem of problems) session.err(`${problem}\n`);
  return problems.length > 0 ? 1 : code;
}

function findersFor(session: Session, request: InspectRequest): readonly Finder[] {
  const { containers, images, networks, volumes } = session.engine;
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
      return { json: networkDocument(network), type: INSPECTED_NETWORK };
    }),
    volume: about("VolumeInspect", (name) => {
      const volume = volumes.get(name);
      if (volume === undefined) throw new StatusError("not-found", `get ${name}: no such volume`);
      return { json: volumeDocument(volume), type: INSPECTED_VOLUME, typedOnly: true };
    }),
  };
  const type = request.command === "inspect" ? request.type : request.command.split(" ")[0];
  if (type === undefined) return Object.values(byType);
  const finder = byType[type];
  return finder === undefined ? [] : [finder];
}

const about = (operation: Operation, find: Finder["find"]): Finder => ({ operation, find });

async function findFirst(
  session: Session,
  finders: readonly Finder[],
  name: string,
  problems: string[],
  isTyped: boolean,
): Promise<Inspected | undefined> {
  for (const { operation, find } of finders) {
    try {
      return await session.call(operation, name, () => find(name));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isTyped) problems.push(told(error));
      if (isTyped) return undefined;
      if (error.kind !== "not-found") {
        problems.push(told(error));
        return undefined;
      }
    }
  }
  problems.push(`Error: No such object: ${name}`);
  return undefined;
}

/** Objects together, as a template or as JSON. */
export function printFound(session: Session, found: readonly Inspected[], format: string): number {
  const { stdout, errors } = inspectOutput(format, found);
  session.out(stdout);
  for (const error of errors) session.err(`${error}\n`);
  return errors.length > 0 ? 1 : 0;
}
