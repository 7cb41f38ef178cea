/**
 * `docker inspect` in its forms.
 *
 * @see docker/cli cli/command/system/inspect.go, cli/command/inspect/inspector.go
 */
import { StatusError } from "../../lib/index.ts";
import { compileTemplate, renderInspected } from "../docker/format.ts";
import { ValueError } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { ANY } from "../docker/template/type.ts";
import { containerDocument } from "../documents/container.ts";
import { imageDocument, networkDocument, volumeDocument } from "../documents/others.ts";
import type { Session } from "./session.ts";

type InspectRequest = RequestOf<
  "inspect" | "container inspect" | "image inspect" | "network inspect" | "volume inspect"
>;

/** Finds an object of one kind. @throws StatusError not-found */
type Finder = (name: string) => unknown;

export function inspectObjects(session: Session, request: InspectRequest): number {
  const finders = findersFor(session, request);
  const isTyped = finders.length === 1;
  const found: unknown[] = [];
  const problems: string[] = [];
  for (const name of request.names) {
    const object = findFirst(finders, name, problems, isTyped);
    if (object !== undefined) found.push(object);
  }
  const code = printFound(session, found, request.format);
  for (const problem of problems) session.err(`${problem}\n`);
  return problems.length > 0 ? 1 : code;
}

function findersFor(session: Session, request: InspectRequest): readonly Finder[] {
  const { containers, images, networks, volumes } = session.engine;
  const byType: Readonly<Record<string, Finder>> = {
    container: (name) => containerDocument(containers.get(name)),
    image: (name) => {
      const image = images.get(name);
      return imageDocument(image, images.tags(image));
    },
    network: (name) => {
      const network = networks.get(name);
      if (network === undefined) throw new StatusError("not-found", `network ${name} not found`);
      return networkDocument(network);
    },
    volume: (name) => {
      const volume = volumes.get(name);
      if (volume === undefined) throw new StatusError("not-found", `get ${name}: no such volume`);
      return volumeDocument(volume);
    },
  };
  const type = request.command === "inspect" ? request.type : request.command.split(" ")[0];
  if (type === undefined) return Object.values(byType);
  const finder = byType[type];
  return finder === undefined ? [] : [finder];
}

function findFirst(finders: readonly Finder[], name: string, problems: string[], isTyped: boolean): unknown {
  for (const find of finders) {
    try {
      return find(name);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isTyped) problems.push(`Error response from daemon: ${error.message}`);
      if (isTyped || error.kind !== "not-found") return undefined;
    }
  }
  problems.push(`Error: No such object: ${name}`);
  return undefined;
}

function printFound(session: Session, found: readonly unknown[], format: string): number {
  if (format === "") {
    session.out(`${JSON.stringify(found, undefined, 4)}\n`);
    return 0;
  }
  try {
    for (const object of found) {
      const text = format === "json" ? JSON.stringify(object) : renderInspected(compileTemplate(format), object, ANY);
      session.out(`${text}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    session.err(`${error.message}\n`);
    return 64;
  }
}
