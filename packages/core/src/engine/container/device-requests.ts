/**
 * Devices that are asked for by what they can do, as `--gpus` does. The machine has no driver that would find some.
 *
 * @see moby daemon/devices.go: handleDevice
 */
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { HostConfig } from "../docker/create-body.ts";

/** @throws StatusError invalid-argument for any wish */
export function checkDeviceRequests({ DeviceRequests: requests }: Partial<HostConfig>): void {
  const [first] = requests ?? [];
  if (first === undefined) return;
  const capabilities = (first.Capabilities ?? []).map((all) => `[${all.join(" ")}]`).join(" ");
  throw new StatusError(
    "invalid-argument",
    `could not select device driver ${quote(first.Driver)} with capabilities: [${capabilities}]`,
  );
}
