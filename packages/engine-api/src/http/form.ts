/**
 * Queries as Go reads them: a pair that is not written well is left out, and told of by those routes that ask for it.
 *
 * @see Go net/url parseQuery, unescape; moby api/server/httputils ParseForm
 */

export class Query extends URLSearchParams {
  /** What is wrong with it, in Go's words. */
  readonly problem: string | undefined;

  /** @param text what follows the question mark */
  constructor(text: string) {
    const isPlain = !text.includes(";") && !text.includes("%");
    super(isPlain ? text : wellWritten(text));
    this.problem = isPlain ? undefined : problemOf(text);
  }
}

const wellWritten = (text: string): string =>
  text
    .split("&")
    .filter((pair) => !pair.includes(";") && wrongEscape(pair) === undefined)
    .join("&");

function problemOf(text: string): string | undefined {
  if (text.includes(";")) return "invalid semicolon separator in query";
  const escape = text
    .split("&")
    .map(wrongEscape)
    .find((wrong) => wrong !== undefined);
  return escape === undefined ? undefined : `invalid URL escape "${escape}"`;
}

/** A percent sign with what follows it, where that is no number. */
function wrongEscape(pair: string): string | undefined {
  return /%(?![0-9a-f]{2}).{0,2}/is.exec(pair)?.[0];
}

/** Routes whose handlers do not read the query, or not as a whole. */
const UNREAD: ReadonlySet<string> = new Set([
  "GET /_ping",
  "HEAD /_ping",
  "GET /info",
  "GET /version",
  "POST /auth",
  "POST /build",
  "POST /build/cancel",
  "POST /session",
  "POST /grpc",
  "GET /containers/{id}/changes",
  "GET /containers/{id}/export",
  "GET /containers/{id}/json",
  "GET /exec/{id}/json",
  "GET /plugins/{name}/json",
  "POST /plugins/{name}/set",
  "GET /swarm",
  "GET /swarm/unlockkey",
  "POST /swarm/init",
  "POST /swarm/join",
  "POST /swarm/unlock",
  "POST /swarm/update",
  "GET /nodes/{id}",
  "POST /nodes/{id}/update",
  "GET /services/{id}",
  "DELETE /services/{id}",
  "POST /services/create",
  "POST /services/{id}/update",
  "GET /tasks/{id}",
  ...["secrets", "configs"].flatMap((kind) => [
    `GET /${kind}/{id}`,
    `DELETE /${kind}/{id}`,
    `POST /${kind}/create`,
    `POST /${kind}/{id}/update`,
  ]),
  "PUT /volumes/{name}",
]);

/** Whether a route refuses a query that is not written well, before anything else. */
export function readsForm(method: string, pattern: string): boolean {
  return !UNREAD.has(`${method} ${pattern.replace("...}", "}")}`);
}
