/**
 * Images, networks and volumes as the Engine API shows them.
 *
 * @see moby daemon/images/image_inspect.go, daemon/network.go, volume/service/convert.go
 */
import type { Image } from "../../image/index.ts";
import { rfc3339 } from "../../lib/go/index.ts";
import { type IpFamily, sortKeys } from "../../lib/index.ts";
import type { BoundService } from "../network/routing-mesh.ts";
import type { Network } from "../networks.ts";
import type { Volume } from "../volumes.ts";
import { imageData } from "./overlay-data.ts";
import { timeOf } from "./time.ts";

/** The names that an image is known by. */
export interface ImageNames {
  /** "busybox:latest" */
  readonly tags: readonly string[];
  /** "busybox@sha256:…" */
  readonly digests: readonly string[];
  /** ID of the image that it was made of; "" without one. */
  readonly parent: string;
  /** When somebody tagged it; 0 if nobody did: names of pulled and loaded images do not count. */
  readonly taggedUs: number;
}

/** `GET /images/{name}/json`. */
export function imageDocument(image: Image, { tags, digests, parent, taggedUs }: ImageNames) {
  const { config } = image;
  const { config: run } = config;
  return {
    Id: image.id,
    RepoTags: tags,
    RepoDigests: digests,
    Parent: parent,
    Comment: config.history.at(-1)?.comment ?? "",
    Created: config.created ?? "",
    DockerVersion: config.docker_version ?? "",
    Author: config.author ?? "",
    Architecture: config.architecture,
    Os: config.os,
    Size: image.sizeBytes,
    GraphDriver: { Data: imageData(image), Name: "overlay2" },
    RootFS: { Type: config.rootfs.type, Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: timeOf(taggedUs) },
    Config: {
      ...(run.ArgsEscaped === undefined ? {} : { ArgsEscaped: run.ArgsEscaped }),
      Cmd: run.Cmd ?? null,
      Entrypoint: run.Entrypoint ?? null,
      Env: run.Env ?? null,
      ...(isEmpty(run.ExposedPorts) ? {} : { ExposedPorts: run.ExposedPorts }),
      ...(run.Healthcheck === undefined ? {} : { Healthcheck: run.Healthcheck }),
      Labels: isEmpty(run.Labels) ? null : (run.Labels ?? null),
      OnBuild: run.OnBuild ?? null,
      ...(run.Shell === undefined ? {} : { Shell: run.Shell }),
      ...(run.StopSignal === undefined ? {} : { StopSignal: run.StopSignal }),
      User: run.User ?? "",
      Volumes: isEmpty(run.Volumes) ? null : (run.Volumes ?? null),
      WorkingDir: run.WorkingDir ?? "",
    },
  };
}

const isEmpty = (map: object | null | undefined): boolean => map == null || Object.keys(map).length === 0;

/** `GET /networks/{id}`. */
export function networkDocument(network: Network, services: readonly BoundService[] = []) {
  const peers = network.peers?.();
  const isManagers = isAnsweredByManager(network);
  return {
    Name: network.name,
    Id: network.id,
    Created: timeOf(network.createdUs),
    Scope: network.scope,
    Driver: network.driver,
    EnableIPv4: network.enableIPv4,
    EnableIPv6: network.enableIPv6,
    IPAM: { Driver: "default", Options: network.ipamOptions, Config: network.ipam },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: network.ingress ?? false,
    ConfigFrom: { Network: network.configFrom },
    ConfigOnly: network.configOnly,
    Containers: isManagers ? null : containersOf(network),
    Options: sortKeys(network.options),
    Labels: isManagers && isEmpty(network.labels) ? null : network.labels,
    ...(peers === undefined ? {} : { Peers: peers }),
    ...(services.length > 0 && { Services: Object.fromEntries(services.map(boundService)) }),
  };
}

/** What `--verbose` tells of a service. @see moby libnetwork/agent.go: Services */
function boundService({ name, address, mark, ports, tasks }: BoundService) {
  return [
    name,
    {
      VIP: address === "" ? "<nil>" : address,
      Ports: ports.map(({ target, published }) => `Target: ${target}, Publish: ${published}`),
      LocalLBIndex: mark,
      Tasks: tasks.map((task) => ({
        Name: task.name,
        EndpointID: task.id,
        EndpointIP: task.address,
        Info: { "Host IP": task.host },
      })),
    },
  ];
}

/** Whether it is a network of a swarm that nothing here is on; on the ingress network each node is. @see moby daemon/cluster/networks.go */
function isAnsweredByManager({ bridge, guests, ingress = false, scope }: Network): boolean {
  return scope === "swarm" && !ingress && guests.size === 0 && (bridge?.endpoints.size ?? 0) === 0;
}

/** The endpoints of a network, by container id. */
function containersOf({ bridge, guests }: Network) {
  const placed = (family: IpFamily, address: string | undefined): string =>
    address === undefined ? "" : `${address}/${bridge?.pool(family)?.pool.subnet.length ?? 0}`;
  return Object.fromEntries([
    ...[...(bridge?.endpoints.values() ?? [])].map(({ containerId, id, names, mac, v4, v6 }) => [
      containerId,
      {
        Name: names[0] ?? "",
        EndpointID: id,
        MacAddress: mac,
        IPv4Address: placed(4, v4),
        IPv6Address: placed(6, v6),
      },
    ]),
    ...[...guests].map(([containerId, { endpointId, name }]) => [
      containerId,
      { Name: name, EndpointID: endpointId, MacAddress: "", IPv4Address: "", IPv6Address: "" },
    ]),
  ]);
}

/** `GET /volumes/{name}`. */
export function volumeDocument(volume: Volume) {
  const none = (map: Readonly<Record<string, string>>) => (Object.keys(map).length === 0 ? null : map);
  return {
    CreatedAt: rfc3339(Math.floor(volume.createdUs / 1e6)),
    Driver: volume.driver,
    Labels: none(volume.labels),
    Mountpoint: volume.path,
    Name: volume.name,
    Options: none(volume.options),
    Scope: "local",
  };
}
