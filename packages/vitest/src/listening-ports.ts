/** The TCP ports at which programs of a container accept connections. @see proc_pid_net(5) */
import type { ContainerHandle } from "@bottleship/core/engine";

/** TCP_LISTEN in the kernel's tables. */
const LISTEN = "0A";

/** In order. @throws DockerError if the container does not run */
export async function listeningPorts(container: ContainerHandle): Promise<readonly number[]> {
  const { stdout } = await container.exec(["cat", "/proc/net/tcp", "/proc/net/tcp6"]);
  const ports = stdout.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    return state === LISTEN ? [Number.parseInt(local.split(":")[1] ?? "", 16)] : [];
  });
  return [...new Set(ports)].sort((a, b) => a - b);
}
