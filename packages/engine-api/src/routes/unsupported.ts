/**
 * What this engine cannot do: every path that Docker knows has an answer, and says why.
 *
 * Without swarm mode Docker itself refuses what belongs to it, and so does this.
 */
import { HttpProblem } from "../http/problem.ts";
import { type Route, route } from "../http/router.ts";

/** What Docker says of everything that only a swarm manager can do. */
export const NO_SWARM =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

/** Paths of swarm mode that are refused as on a machine that is in no swarm. */
const SWARM_PATHS = `
GET /services
POST /services/create
GET /services/{id}
DELETE /services/{id}
POST /services/{id}/update
GET /services/{id}/logs
GET /tasks
GET /tasks/{id}
GET /tasks/{id}/logs`;

const REFUSED: Readonly<Record<string, string>> = {
  "GET /containers/{id}/attach/ws": "attaching over a WebSocket is not supported: use POST /containers/{id}/attach",
  "GET /plugins/privileges": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "POST /plugins/pull": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "POST /plugins/create": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "POST /plugins/{name}/enable": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "POST /plugins/{name}/disable": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "POST /plugins/{name}/upgrade": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "POST /plugins/{name}/push": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "POST /plugins/{name}/set": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "DELETE /plugins/{name}": "plugins are binaries for a real kernel: a simulated machine cannot run them",
  "GET /containers/{id}/checkpoints": "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "POST /containers/{id}/checkpoints": "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "DELETE /containers/{id}/checkpoints/{name}":
    "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "POST /session": "BuildKit sessions are not something that this engine can do yet: set DOCKER_BUILDKIT=0",
  "POST /grpc": "BuildKit's gRPC API is not something that this engine can do yet: set DOCKER_BUILDKIT=0",
};

export function unsupportedRoutes(): readonly Route[] {
  return [
    ...SWARM_PATHS.trim()
      .split("\n")
      .map((line) => refuse(line, 503, NO_SWARM)),
    ...Object.entries(REFUSED).map(([line, why]) => refuse(line, 501, why)),
  ];
}

function refuse(line: string, status: number, why: string): Route {
  const [method = "", pattern = ""] = line.split(" ");
  return route(method, pattern, () => {
    throw new HttpProblem(status, why);
  });
}
