/**
 * Requests as older versions of the API mean them: what a version did not know is ignored, or refused.
 *
 * @see moby api/server/router/container/container_routes.go postContainersCreate, postContainerUpdate
 */
import type { z } from "zod";
import { badRequest } from "../../http/problem.ts";
import type { CREATE } from "../../schemas/create.ts";
import type { UPDATE } from "../../schemas/update.ts";

type Body = z.output<typeof CREATE>;
type HostConfig = NonNullable<Body["HostConfig"]>;
type Mount = NonNullable<HostConfig["Mounts"]>[number];

/** From this version on containers have an IPC namespace of their own, pids can be limited anew, binds be not recursive. */
const PRIVATE_IPC = 140;
/** From this version on options of mounts go with their types, and a console has a size from the beginning. */
const MATCHING_OPTIONS = 142;
const ANNOTATED = 143;
/** From this version on a new container is on several networks, and the checks of one that starts have an interval. */
export const SEVERAL_NETWORKS = 144;
const SUBPATHS = 145;
/** From this version on images are mounted, and one of several gateways is preferred. */
const IMAGE_MOUNTS = 148;

/** `POST /containers/create`. @throws StatusError invalid-argument for what older versions cannot mean */
export function olderCreation(body: Body, version: number): Body {
  if (version >= IMAGE_MOUNTS) return body;
  checkMounts(body.HostConfig?.Mounts ?? [], version);
  checkEndpoints(body, version);
  const { Healthcheck: health, HostConfig: host, NetworkingConfig: networking } = body;
  const isUntimed = health !== undefined && version < SEVERAL_NETWORKS;
  return {
    ...body,
    ...(isUntimed ? { Healthcheck: { ...health, StartInterval: 0 } } : {}),
    ...(host === undefined ? {} : { HostConfig: olderHostConfig(host, version) }),
    ...(version < PRIVATE_IPC && host === undefined ? { HostConfig: { IpcMode: "shareable" } } : {}),
    ...(networking === undefined ? {} : { NetworkingConfig: withoutPriorities(networking) }),
  };
}

function olderHostConfig(host: HostConfig, version: number): HostConfig {
  const { Annotations: annotations, ...others } = host;
  const { Mounts: mounts, IpcMode: ipc = "" } = others;
  return {
    ...others,
    ...(annotations === undefined || version < ANNOTATED ? {} : { Annotations: annotations }),
    ...(mounts === undefined ? {} : { Mounts: mounts.map((mount) => olderMount(mount, version)) }),
    ...(version < PRIVATE_IPC && ipc === "" ? { IpcMode: "shareable" } : {}),
    ...(version < MATCHING_OPTIONS ? { ConsoleSize: [0, 0] } : {}),
  };
}

function olderMount(mount: Mount, version: number): Mount {
  const { BindOptions: bind, VolumeOptions: volume, TmpfsOptions: tmpfs, ...others } = mount;
  const fits = (type: string): boolean => version >= MATCHING_OPTIONS || mount.Type === type;
  return {
    ...others,
    ...(bind === undefined ? {} : { BindOptions: olderBind(bind, version) }),
    ...(volume !== undefined && fits("volume") ? { VolumeOptions: volume } : {}),
    ...(tmpfs !== undefined && fits("tmpfs") ? { TmpfsOptions: tmpfs } : {}),
  };
}

function olderBind(bind: NonNullable<Mount["BindOptions"]>, version: number): NonNullable<Mount["BindOptions"]> {
  return {
    ...bind,
    ...(version < PRIVATE_IPC ? { NonRecursive: false } : {}),
    ...(version < MATCHING_OPTIONS ? { CreateMountpoint: false } : {}),
  };
}

function checkMounts(mounts: readonly Mount[], version: number): void {
  for (const { Type: type, BindOptions: bind, VolumeOptions: volume } of mounts) {
    if (version < SEVERAL_NETWORKS && type === "bind" && bind?.ReadOnlyForceRecursive === true) {
      throw badRequest("BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
    }
    if (version < SUBPATHS && (volume?.Subpath ?? "") !== "") {
      throw badRequest("VolumeOptions.Subpath needs API v1.45 or newer");
    }
    if (type === "image") throw badRequest('Mount type "Image" needs API v1.48 or newer');
  }
}

function checkEndpoints({ NetworkingConfig }: Body, version: number): void {
  const names = Object.keys(NetworkingConfig?.EndpointsConfig ?? {});
  if (version >= SEVERAL_NETWORKS || names.length < 2) return;
  throw badRequest(`Container cannot be created with multiple network endpoints: ${names.join(", ")}`);
}

function withoutPriorities(networking: NonNullable<Body["NetworkingConfig"]>): NonNullable<Body["NetworkingConfig"]> {
  const endpoints = Object.entries(networking.EndpointsConfig ?? {});
  const without = endpoints.map(([name, endpoint]) => [name, endpoint && { ...endpoint, GwPriority: 0 }]);
  return { ...networking, EndpointsConfig: Object.fromEntries(without) };
}

/** `POST /containers/{id}/update`. */
export function olderUpdate(body: z.output<typeof UPDATE>, version: number): z.output<typeof UPDATE> {
  if (version >= PRIVATE_IPC) return body;
  const { PidsLimit: _unknown, ...known } = body;
  return known;
}
