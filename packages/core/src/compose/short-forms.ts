/** Ports and mounts as they are written in one word, on a command line as in a file. */
import type { Value } from "./kinds/kind.ts";
import { MOUNT, type MountSpec, PORT } from "./model/service-parts.ts";
import { longPorts } from "./ports.ts";
import { longVolume } from "./volume-spec.ts";

export type PortSpec = Value<typeof PORT>;

/** A `PortSpec` for each port of `8000-8002:80-82`. @throws ComposeError */
export function readPorts(text: string): readonly PortSpec[] {
  return longPorts(text).flatMap((port) => PORT.decode(port, []) ?? []);
}

/** `data:/data:ro`. @throws ComposeError */
export function readMount(text: string): MountSpec {
  return MOUNT.decode(longVolume(text), []) ?? {};
}
