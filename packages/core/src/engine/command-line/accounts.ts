/**
 * `docker login`, `docker logout` and `docker search`. Who one is at a registry the engine itself keeps, for the client
 * has no file for it.
 *
 * @see docker/cli cli/command/registry/login.go, logout.go, search.go; cli/config/credentials/file_store.go
 */
import { decode, NO_BYTES } from "../../lib/index.ts";
import { renderSearch } from "../docker/lists/search.ts";
import { failure, orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { domainOf, hostnameOf, registryHost } from "../image/registry-hosts.ts";
import { Filters } from "../select/filters.ts";
import { searchImages } from "../select/search.ts";
import type { Session } from "./session.ts";

/** How the client calls Docker Hub. */
const HUB = "https://index.docker.io/v1/";
const EXISTING = `

 Info -> To login with a different account, run 'docker logout' followed by 'docker login'


`;

export async function logIn(session: Session, request: RequestOf<"login">): Promise<number> {
  const { images, logins } = session.engine;
  const domain = domainOf(request.server);
  const known = logins.get(registryHost(domain));
  const isAnew = request.username !== "" || request.password !== "";
  const given = isAnew ? { username: request.username, password: passwordOf(session, request) } : known;
  if (given === undefined || given.username === "" || given.password === "") {
    throw failure("Error: Cannot perform an interactive login from a non TTY device");
  }
  if (!isAnew) session.err(`Authenticating with existing credentials... [Username: ${given.username}]${EXISTING}`);
  await session.call("SystemAuth", "", () => images.login(domain, given));
  const isSame = known?.username === given.username && known.password === given.password;
  if (!isSame) session.err(unencrypted(session));
  logins.set(registryHost(domain), given);
  session.lines(["Login Succeeded"]);
  return 0;
}

function passwordOf({ stdin = NO_BYTES }: Session, { password, readsPassword }: RequestOf<"login">): string {
  return readsPassword ? decode(stdin).replace(/\r?\n$/, "") : password;
}

function unencrypted({ client: { env } }: Session): string {
  const directory = env.get("DOCKER_CONFIG") ?? `${env.get("HOME") ?? "/root"}/.docker`;
  return `
WARNING! Your credentials are stored unencrypted in '${directory}/config.json'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

`;
}

export function logOut(session: Session, { server }: RequestOf<"logout">): number {
  session.lines([`Removing login credentials for ${server === "" ? HUB : hostnameOf(server)}`]);
  session.engine.logins.delete(registryHost(domainOf(server)));
  return 0;
}

export async function searchRegistry(session: Session, request: RequestOf<"search">): Promise<number> {
  const filters = Filters.of(request.filters);
  const found = await session.call("ImageSearch", request.term, () =>
    searchImages(session.engine.images, request.term, { limit: Math.max(0, request.limit), filters }),
  );
  session.out(orFail(() => renderSearch(found, request)));
  return 0;
}
