/** `docker logs`. @see docker/cli cli/command/container/logs.go */
import { rfc3339NanoFixed } from "../../lib/go/index.ts";
import type { LogsRequest } from "../docker/requests/container.ts";
import type { Session } from "./session.ts";

export async function printLogs(session: Session, request: LogsRequest): Promise<number> {
  const { containers } = session.engine;
  const container = containers.get(request.container);
  const tail = /^\d+$/.test(request.tail) ? Number(request.tail) : Number.POSITIVE_INFINITY;
  const entries = container.logs.entries;
  for (const { stream, bytes, timeUs } of tail === 0 ? [] : entries.slice(-tail)) {
    const prefix = request.timestamps ? `${rfc3339NanoFixed(Math.floor(timeUs / 1e6), (timeUs % 1e6) * 1000)} ` : "";
    if (stream === "stdout") {
      session.out(prefix);
      session.out(bytes);
    } else {
      session.err(prefix);
      session.err(bytes);
    }
  }
  if (request.follow) await containers.wait(container);
  return 0;
}
