/**
 * What a container may not ask for with the network of another container, or with namespaces of the machine.
 *
 * @see moby runconfig/hostconfig_unix.go: validateNetMode
 */
import { StatusError } from "../../lib/index.ts";
import type { ContainerConfig, HostConfig } from "../docker/create-body.ts";

const filled = (list: readonly unknown[] | null | undefined): boolean => (list?.length ?? 0) > 0;

const conflict = (what: string): StatusError => new StatusError("invalid-argument", `conflicting options: ${what}`);

/** @throws StatusError invalid-argument */
export function verifyNetworkMode(config: Partial<ContainerConfig>, hostConfig: Partial<HostConfig>): void {
  const { NetworkMode: mode = "", UTSMode: uts = "" } = hostConfig;
  if (mode === "container" || mode.startsWith("container:")) verifyJoined(config, hostConfig, mode);
  if (uts === "host" && (config.Hostname ?? "") !== "") throw conflict("hostname and the UTS mode");
  if (mode === "host" && filled(hostConfig.Links)) {
    throw conflict("host type networking can't be used with links. This would result in undefined behavior");
  }
}

/** @see moby runconfig/hostconfig_unix.go: validateNetContainerMode */
function verifyJoined(config: Partial<ContainerConfig>, hostConfig: Partial<HostConfig>, mode: string): void {
  if (mode === "container" || mode === "container:") {
    throw new StatusError("invalid-argument", "invalid network mode: invalid container format container:<name|id>");
  }
  if ((config.Hostname ?? "") !== "") throw conflict("hostname and the network mode");
  if (filled(hostConfig.Links)) {
    throw conflict("container type network can't be used with links. This would result in undefined behavior");
  }
  if (filled(hostConfig.Dns)) throw conflict("dns and the network mode");
  if (filled(hostConfig.ExtraHosts)) throw conflict("custom host-to-IP mapping and the network mode");
  if (Object.keys(hostConfig.PortBindings ?? {}).length > 0 || hostConfig.PublishAllPorts) {
    throw conflict("port publishing and the container type network mode");
  }
  if (Object.keys(config.ExposedPorts ?? {}).length > 0) {
    throw conflict("port exposing and the container type network mode");
  }
}
