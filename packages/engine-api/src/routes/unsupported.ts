/** What this engine cannot do: every path that Docker knows has an answer, and says why. */
import { HttpProblem } from "../http/problem.ts";
import { type Route, route } from "../http/router.ts";

const REFUSED: Readonly<Record<string, string>> = {
  "GET /containers/{id}/checkpoints": "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "POST /containers/{id}/checkpoints": "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "DELETE /containers/{id...}/checkpoints/{name}":
    "checkpoints need CRIU, and a simulated process cannot be frozen to disk",
  "POST /session": "BuildKit's sessions need a server with sockets: bottleship serve",
  "POST /grpc": "BuildKit's gRPC API needs a server with sockets: bottleship serve",
};

export function unsupportedRoutes(): readonly Route[] {
  return Object.entries(REFUSED).map(([line, why]) => refuse(line, 501, why));
}

function refuse(line: string, status: number, why: string): Route {
  const [method = "", pattern = ""] = line.split(" ");
  const wantsUpgrade = pattern === "/session" || pattern === "/grpc";
  return route(method, pattern, ({ request }) => {
    const protocol = wantsUpgrade ? (request.headers.get("upgrade") ?? "") : "h2c";
    // Only sessions tell whose fault that is.
    const fault = pattern === "/session" ? 400 : 500;
    if (protocol === "") throw new HttpProblem(fault, "no upgrade proto in request");
    if (protocol !== "h2c") throw new HttpProblem(fault, `protocol ${protocol} not supported`);
    throw new HttpProblem(status, why);
  });
}
