/** Containers that filters let through. @see moby daemon/list.go */

import type { Image } from "../../image/index.ts";
import { atoiProblem, parseUnsigned, problemOf } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { referenceProblem } from "../../oci/index.ts";
import type { Container } from "../container/container.ts";
import { portSummaries } from "../documents/container.ts";
import type { Engine } from "../engine.ts";
import { type Filters, matchesPattern } from "./filters.ts";

/** What lists of containers can be filtered by. */
export const CONTAINER_FILTERS = (
  "ancestor before exited id isolation is-task label name status health since volume network " + "publish expose"
).split(" ");
const STATES = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];
const HEALTH = ["none", "starting", "healthy", "unhealthy"];

/** The containers that filters let through, newest first. */
export function selectContainers(engine: Engine, filters: Filters, all: boolean): readonly Container[] {
  checkValues(filters);
  // A filter for a state also finds containers that do not run; one for an exit code does not.
  const everything = all || filters.has("status");
  const before = positionOf(engine, filters, "before");
  const since = positionOf(engine, filters, "since");
  const list = engine.containers.list({ all: true });
  const ids = filters.get("id").map((start) => onlyOne(list, start));
  return list.filter((container, index) => {
    if (!everything && !container.isActive) return false;
    if (filters.has("id") && !ids.includes(container)) return false;
    if (before !== undefined && index <= before) return false;
    if (since !== undefined && index >= since) return false;
    return fits(engine, container, filters);
  });
}

/** What the list calls each container's image: its ID, once the name that it was made from means another or none. */
export function imageNames({ images }: Engine): (container: Container) => string {
  const known = new Map<string, string | undefined>();
  return ({ imageName, image }) => {
    if (!known.has(imageName)) known.set(imageName, images.find(imageName)?.id);
    return known.get(imageName) === image.id ? imageName : image.id;
  };
}

function checkValues(filters: Filters): void {
  for (const state of filters.get("status")) {
    if (!STATES.includes(state)) {
      throw badFilter(
        `invalid filter 'status=${state}': invalid value for state (${state}): must be one of ${STATES.join(", ")}`,
      );
    }
  }
  for (const health of filters.get("health")) {
    if (!HEALTH.includes(health)) {
      throw badFilter(
        `invalid filter 'health=${health}': invalid value for health (${health}): must be one of ${HEALTH.join(", ")}`,
      );
    }
  }
  filters.flag("is-task");
  for (const name of ["publish", "expose"]) for (const range of filters.get(name)) checkPorts(name, range);
  for (const code of filters.get("exited")) {
    const problem = atoiProblem(code);
    if (problem !== undefined) throw badFilter(`invalid filter 'exited=${code}': ${problem}`);
  }
}

/** @throws StatusError internal for what is no port, nor a range of them @see go-connections nat ParsePortRangeToInt */
function checkPorts(filter: string, text: string): void {
  const problem = (why: string): StatusError =>
    new StatusError("internal", `error while looking up for ${filter} ${text}: ${why}`);
  const [range = ""] = text.split("/");
  if (range === "") throw problem("Empty string specified for ports.");
  const ends = range.split("-", 2);
  for (const port of ends) {
    const why = problemOf(() => parseUnsigned(port, { bits: 16 }));
    if (why !== undefined) throw problem(why);
  }
  const [from, to = from] = ends.map(Number);
  if (Number(to) < Number(from)) throw problem(`Invalid range specified for the Port: ${range}`);
}

/** Where in the list, newest first, the container stands that a filter names: the beginning of an id is no name here. */
function positionOf({ containers }: Engine, filters: Filters, name: string): number | undefined {
  const [reference] = filters.get(name);
  if (reference === undefined) return undefined;
  const named = containers.peek(reference);
  if (named === undefined) throw new StatusError("not-found", `No such container: ${reference}`);
  return containers.list({ all: true }).indexOf(named);
}

/** The container whose ID begins so, if nothing else's does. @see moby daemon/list.go filterByNameIDMatches */
function onlyOne(list: readonly Container[], start: string): Container | undefined {
  const [found, another] = start === "" ? [] : list.filter(({ id }) => id.startsWith(start));
  return another === undefined ? found : undefined;
}

function fits(engine: Engine, container: Container, filters: Filters): boolean {
  const { config, exitCode, state } = container;
  return (
    filters.allows("name", (value) => matchesName(container.name, value)) &&
    filters.allowsLabels(config.Labels ?? {}) &&
    filters.allows("status", (value) => value === state) &&
    filters.allows("exited", (value) => hasExited(container) && Number(value) === exitCode) &&
    filters.allows("health", (value) => healthOf(container) === value) &&
    filters.allows("ancestor", (value) => descendsFrom(engine, container, value)) &&
    filters.allows("volume", (value) => mounts(container, value)) &&
    filters.allows("network", (value) => isConnected(container, value)) &&
    allowsPorts(filters, container) &&
    (filters.flag("is-task") ?? container.isTask) === container.isTask
  );
}

const hasExited = ({ state, finishedUs }: Container): boolean => state === "exited" && finishedUs > 0;

/** Names are matched with and without the slash. */
const matchesName = (name: string, pattern: string): boolean =>
  [name, `/${name}`].some((text) => matchesPattern(pattern, text));

function healthOf(container: Container): string {
  return "health" in container && typeof container.health === "object" && container.health !== null
    ? String((container.health as { readonly status?: unknown }).status ?? "none")
    : "none";
}

/** Whether an image is another or was made of it here; that they have layers in common is not enough. */
function descendsFrom({ images }: Engine, { image }: Container, reference: string): boolean {
  const ancestor = referenceProblem(reference) === undefined ? images.find(reference) : undefined;
  if (ancestor === undefined) return false;
  for (let one: Image | undefined = image; one !== undefined; one = images.store.parent(one)) {
    if (one.id === ancestor.id) return true;
  }
  return false;
}

function mounts({ mountPoints }: Container, value: string): boolean {
  return mountPoints.some(({ name, destination, source }) => [name, destination, source].includes(value));
}

/** By the name of a network, or the beginning of the ID of one that it has been in. */
function isConnected({ endpoints, hostConfig }: Container, reference: string): boolean {
  const { NetworkMode: mode = "bridge" } = hostConfig;
  const networks = Object.entries(endpoints);
  if (networks.length === 0) return reference === (mode === "default" || mode === "" ? "bridge" : mode);
  return networks.some(([name, { NetworkID }]) => name === reference || NetworkID.startsWith(reference));
}

/** A port that is published or exposed as either filter wants it is enough. @see moby daemon/list.go */
function allowsPorts(filters: Filters, container: Container): boolean {
  const [published, exposed] = [filters.get("publish"), filters.get("expose")];
  if (published.length === 0 && exposed.length === 0) return true;
  return portSummaries(container).some(
    ({ PrivatePort, PublicPort = 0, Type }) =>
      published.some((wanted) => isIn(PublicPort, Type, wanted)) ||
      exposed.some((wanted) => isIn(PrivatePort, Type, wanted)),
  );
}

/** `80`, `80/tcp`, `8000-8080/tcp`. */
function isIn(port: number, kind: string, wanted: string): boolean {
  const [range = "", protocol = "tcp"] = wanted.split("/");
  const [from = Number.NaN, to = from] = range.split("-").map(Number);
  return kind === protocol && port >= from && port <= to;
}

function badFilter(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}
