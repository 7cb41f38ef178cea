/**
 * The calls of the Engine API, by the names that its description gives them.
 *
 * A command of docker's client makes one or several of them; a request over HTTP is one.
 *
 * @see moby api/swagger.yaml: operationId
 */
import { StatusError } from "../lib/index.ts";

/** What a client reads: nothing, one document, or something that comes in pieces. */
export type ReplyKind = "empty" | "document" | "stream";

interface OperationInfo {
  readonly method: string;
  /** Its parameters as the routes of a server name them. */
  readonly path: string;
  readonly reply: ReplyKind;
}

const get = (path: string, reply: ReplyKind = "document"): OperationInfo => ({ method: "GET", path, reply });
const post = (path: string, reply: ReplyKind = "empty"): OperationInfo => ({ method: "POST", path, reply });
const drop = (path: string, reply: ReplyKind = "empty"): OperationInfo => ({ method: "DELETE", path, reply });

/** The calls of the Engine API by name, each with its method and path. */
export const OPERATIONS = {
  ContainerList: get("/containers/json"),
  ContainerCreate: post("/containers/create", "document"),
  ContainerInspect: get("/containers/{id}/json"),
  ContainerTop: get("/containers/{id}/top"),
  ContainerLogs: get("/containers/{id}/logs", "stream"),
  ContainerChanges: get("/containers/{id}/changes"),
  ContainerExport: get("/containers/{id}/export", "stream"),
  ContainerStats: get("/containers/{id}/stats", "stream"),
  ContainerResize: post("/containers/{id}/resize"),
  ContainerStart: post("/containers/{id}/start"),
  ContainerStop: post("/containers/{id}/stop"),
  ContainerRestart: post("/containers/{id}/restart"),
  ContainerKill: post("/containers/{id}/kill"),
  ContainerUpdate: post("/containers/{id}/update", "document"),
  ContainerRename: post("/containers/{id}/rename"),
  ContainerPause: post("/containers/{id}/pause"),
  ContainerUnpause: post("/containers/{id}/unpause"),
  ContainerAttach: post("/containers/{id}/attach", "stream"),
  ContainerWait: post("/containers/{id}/wait", "stream"),
  ContainerDelete: drop("/containers/{id}"),
  ContainerArchive: get("/containers/{id}/archive", "stream"),
  ContainerArchiveInfo: { method: "HEAD", path: "/containers/{id}/archive", reply: "empty" },
  PutContainerArchive: { method: "PUT", path: "/containers/{id}/archive", reply: "empty" },
  ContainerPrune: post("/containers/prune", "document"),
  ContainerExec: post("/containers/{id}/exec", "document"),
  ExecStart: post("/exec/{id}/start", "stream"),
  ExecResize: post("/exec/{id}/resize"),
  ExecInspect: get("/exec/{id}/json"),
  ImageList: get("/images/json"),
  ImageBuild: post("/build", "stream"),
  BuildPrune: post("/build/prune", "document"),
  ImageCreate: post("/images/create", "stream"),
  ImageInspect: get("/images/{name}/json"),
  ImageHistory: get("/images/{name}/history"),
  ImagePush: post("/images/{name}/push", "stream"),
  ImageTag: post("/images/{name}/tag"),
  ImageDelete: drop("/images/{name}", "document"),
  ImageSearch: get("/images/search"),
  ImagePrune: post("/images/prune", "document"),
  ImageCommit: post("/commit", "document"),
  ImageGet: get("/images/{name}/get", "stream"),
  ImageGetAll: get("/images/get", "stream"),
  ImageLoad: post("/images/load", "stream"),
  SystemAuth: post("/auth", "document"),
  SystemInfo: get("/info"),
  SystemVersion: get("/version"),
  SystemPing: get("/_ping"),
  SystemEvents: get("/events", "stream"),
  SystemDataUsage: get("/system/df"),
  VolumeList: get("/volumes"),
  VolumeCreate: post("/volumes/create", "document"),
  VolumeInspect: get("/volumes/{name}"),
  PluginInspect: get("/plugins/{name}/json"),
  VolumeUpdate: { method: "PUT", path: "/volumes/{name}", reply: "empty" },
  VolumeDelete: drop("/volumes/{name}"),
  VolumePrune: post("/volumes/prune", "document"),
  NetworkList: get("/networks"),
  NetworkInspect: get("/networks/{id}"),
  NetworkCreate: post("/networks/create", "document"),
  NetworkDelete: drop("/networks/{id}"),
  NetworkConnect: post("/networks/{id}/connect"),
  NetworkDisconnect: post("/networks/{id}/disconnect"),
  NetworkPrune: post("/networks/prune", "document"),
  SwarmInspect: get("/swarm"),
  SwarmInit: post("/swarm/init", "document"),
  SwarmJoin: post("/swarm/join"),
  SwarmLeave: post("/swarm/leave"),
  SwarmUpdate: post("/swarm/update"),
  SwarmUnlockkey: get("/swarm/unlockkey"),
  SwarmUnlock: post("/swarm/unlock"),
  NodeList: get("/nodes"),
  NodeInspect: get("/nodes/{id}"),
  NodeDelete: drop("/nodes/{id}"),
  NodeUpdate: post("/nodes/{id}/update"),
  ServiceList: get("/services"),
  ServiceCreate: post("/services/create", "document"),
  ServiceInspect: get("/services/{id}"),
  ServiceDelete: drop("/services/{id}"),
  ServiceUpdate: post("/services/{id}/update", "document"),
  ServiceLogs: get("/services/{id}/logs", "stream"),
  TaskList: get("/tasks"),
  TaskInspect: get("/tasks/{id}"),
  TaskLogs: get("/tasks/{id}/logs", "stream"),
  SecretList: get("/secrets"),
  SecretCreate: post("/secrets/create", "document"),
  SecretInspect: get("/secrets/{id}"),
  SecretDelete: drop("/secrets/{id}"),
  SecretUpdate: post("/secrets/{id}/update"),
  ConfigList: get("/configs"),
  ConfigCreate: post("/configs/create", "document"),
  ConfigInspect: get("/configs/{id}"),
  ConfigDelete: drop("/configs/{id}"),
  ConfigUpdate: post("/configs/{id}/update"),
  DistributionInspect: get("/distribution/{name}/json"),
} as const satisfies Readonly<Record<string, OperationInfo>>;

/** "ContainerStart", "ImageCreate"… */
export type Operation = keyof typeof OPERATIONS;

/** @throws StatusError invalid-argument for a word that names no operation */
export function checkOperation(word: string): void {
  if (!Object.hasOwn(OPERATIONS, word)) {
    throw new StatusError("invalid-argument", `"${word}" is no operation of the API`);
  }
}

/** How a call is put on the wire: `POST /containers/web/start`. */
export function requestLine(operation: Operation, subject: string): { readonly method: string; readonly path: string } {
  const { method, path } = OPERATIONS[operation];
  return { method, path: path.replace(/\{\w+\}/, encodeURIComponent(subject)) };
}

const BY_ROUTE: ReadonlyMap<string, Operation> = new Map(
  Object.entries(OPERATIONS).map(([name, { method, path }]) => [`${method} ${path}`, name as Operation]),
);

/** The operation that a server's route stands for; `{name...}` is a parameter with slashes in it. */
export function operationOf(method: string, pattern: string): Operation | undefined {
  return BY_ROUTE.get(`${method} ${pattern.replace("...}", "}")}`);
}
