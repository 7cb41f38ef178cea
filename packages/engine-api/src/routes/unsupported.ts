/** What this engine cannot do: every path that Docker knows has an answer, and says why. */
import { HttpProblem } from "../http/problem.ts";
import { type Route, route } from "../http/router.ts";

const REFUSED: Readonly<Record<string, string>> = {
  "GET /containers/{id}/checkpoints": "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "POST /containers/{id}/checkpoints": "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "DELETE /containers/{id}/checkpoints/{name}":
    "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "POST /session": "BuildKit sessions are not something that this engine can do yet: set DOCKER_BUILDKIT=0",
  "POST /grpc": "BuildKit's gRPC API is not something that this engine can do yet: set DOCKER_BUILDKIT=0",
};

export function unsupportedRoutes(): readonly Route[] {
  return Object.entries(REFUSED).map(([line, why]) => refuse(line, 501, why));
}

function refuse(line: string, status: number, why: string): Route {
  const [method = "", pattern = ""] = line.split(" ");
  return route(method, pattern, () => {
    throw new HttpProblem(status, why);
  });
}
