/**
 * Who may do what: basic authentication, and tokens as Docker Hub gives them out.
 *
 * Tokens are numbered, not secret: this is a simulation of a registry, not a guard.
 *
 * @see distribution docs/content/spec/auth/token.md, scope.md, oauth.md
 */
import { rfc3339 } from "../../lib/go/index.ts";
import { decode, encode, fromLatin1, ownValue, sha256 } from "../../lib/index.ts";
import { goJson } from "../../oci/index.ts";
import { bytesOf } from "../body.ts";
import { jsonResponse, RegistryProblem } from "./problem.ts";
import type { Resource } from "./route.ts";

/** What somebody may do with a repository. */
export type Action = "pull" | "push" | "delete";

/** Whom a registry lets in. */
export interface AuthOptions {
  readonly scheme: "basic" | "token";
  /** Where tokens are to be had: "https://auth.docker.io/token". */
  readonly realm: string;
  /** What the tokens are for: "registry.docker.io". */
  readonly service?: string;
  /** Passwords by user names. */
  readonly users?: Readonly<Record<string, string>>;
  /** Default: with tokens anybody pulls, and users do everything; with basic authentication users only. */
  readonly may?: (action: Action, repository: string, user: string | undefined) => boolean;
  /** A repository that is not there is answered like one that may not be seen. */
  readonly hidesRepositories?: boolean;
}

interface Token {
  readonly user: string | undefined;
  readonly access: ReadonlyMap<string, ReadonlySet<string>>;
  readonly endUs: number;
}

interface Scope {
  readonly name: string;
  readonly actions: readonly Action[];
}

/** As Hub's. */
const TOKEN_SECONDS = 300;
const ACTIONS: Readonly<Record<string, Action>> = { GET: "pull", HEAD: "pull", DELETE: "delete" };

export class Gate {
  readonly #options: AuthOptions;
  readonly #nowUs: () => number;
  readonly #tokens = new Map<string, Token>();
  /** Users by the refresh tokens that they got. */
  readonly #refresh = new Map<string, string>();

  constructor(options: AuthOptions, nowUs: () => number) {
    this.#options = options;
    this.#nowUs = nowUs;
  }

  /** Is this a request for a token? */
  isTokenRequest(url: URL): boolean {
    const { scheme, realm } = this.#options;
    return scheme === "token" && url.pathname === new URL(realm).pathname;
  }

  /**
   * Lets a request pass.
   *
   * @returns the user, if it is one
   * @throws RegistryProblem UNAUTHORIZED with the challenge, or DENIED
   */
  admit(request: Request, resource: Resource): string | undefined {
    const needed = scopeOf(request.method, resource);
    const header = request.headers.get("authorization") ?? "";
    if (this.#options.scheme === "basic") return this.#admitBasic(header, needed);
    const token = this.#tokens.get(/^Bearer (.+)$/i.exec(header)?.[1] ?? "");
    const isCurrent = token !== undefined && token.endUs > this.#nowUs();
    const has =
      needed === undefined || needed.actions.every((one) => token?.access.get(needed.name)?.has(one) === true);
    if (isCurrent && has) return token.user;
    throw this.#challenge(needed, isCurrent ? "insufficient_scope" : header === "" ? "" : "invalid_token");
  }

  /** What is answered instead of "there is no such repository"; undefined where that may be said. */
  hidden(method: string, resource: Resource): RegistryProblem | undefined {
    if (this.#options.hidesRepositories !== true) return undefined;
    return this.#challenge(scopeOf(method, resource), "insufficient_scope");
  }

  /** GET with basic authentication, or POST as of OAuth 2. */
  async issue(request: Request): Promise<Response> {
    const isPost = request.method === "POST";
    const query = isPost ? new URLSearchParams(decode(await bytesOf(request))) : new URL(request.url).searchParams;
    const user = isPost ? this.#grantee(query) : this.#user(request.headers.get("authorization") ?? "");
    if (user === "wrong") throw new RegistryProblem("UNAUTHORIZED", { message: "incorrect username or password" });
    const scopes = query.getAll("scope").flatMap((text) => text.split(" "));
    const access = new Map(scopes.flatMap((text) => this.#granted(text, user)));
    const text = this.#newText("token");
    const endUs = this.#nowUs() + TOKEN_SECONDS * 1e6;
    this.#tokens.set(text, { user, access, endUs });
    const offline = query.get("offline_token") === "true" || query.get("access_type") === "offline";
    const refresh = offline && user !== undefined ? this.#newText("refresh") : undefined;
    if (refresh !== undefined && user !== undefined) this.#refresh.set(refresh, user);
    return jsonResponse({
      token: text,
      access_token: text,
      expires_in: TOKEN_SECONDS,
      issued_at: rfc3339(Math.floor(this.#nowUs() / 1e6)),
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
    });
  }

  #admitBasic(header: string, needed: Scope | undefined): string | undefined {
    const user = this.#user(header);
    if (user === "wrong" || (user === undefined && this.#options.may === undefined)) throw this.#challenge(needed, "");
    const denied = needed?.actions.find((action) => !this.#may(action, needed.name, user));
    if (denied !== undefined) throw user === undefined ? this.#challenge(needed, "") : new RegistryProblem("DENIED");
    return user;
  }

  #grantee(form: URLSearchParams): string | "wrong" | undefined {
    if (form.get("grant_type") === "refresh_token")
      return this.#refresh.get(form.get("refresh_token") ?? "") ?? "wrong";
    return this.#login(form.get("username") ?? "", form.get("password") ?? "");
  }

  #user(header: string): string | "wrong" | undefined {
    const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header)?.[1];
    if (encoded === undefined) return undefined;
    const text = decode(fromLatin1(atob(encoded)));
    const colon = text.indexOf(":");
    return this.#login(text.slice(0, Math.max(0, colon)), text.slice(colon + 1));
  }

  #login(name: string, password: string): string | "wrong" {
    const { users = {} } = this.#options;
    return Object.hasOwn(users, name) && users[name] === password ? name : "wrong";
  }

  #may(action: Action, repository: string, user: string | undefined): boolean {
    const { may, scheme } = this.#options;
    if (may !== undefined) return may(action, repository, user);
    return user !== undefined || (scheme === "token" && action === "pull");
  }

  /** What of a scope such as `repository:library/busybox:pull,push` is granted. */
  #granted(text: string, user: string | undefined): readonly (readonly [name: string, actions: ReadonlySet<string>])[] {
    const [, type = "", name = "", list = ""] = /^([a-z]+):(.+):([a-z,*]*)$/.exec(text) ?? [];
    if (type === "registry") return user === undefined ? [] : [["", new Set(["pull"])]];
    if (type !== "repository") return [];
    const wanted: readonly Action[] = ["pull", "push", "delete"];
    const asked = list.split(",");
    const granted = wanted.filter((one) => (asked.includes(one) || asked.includes("*")) && this.#may(one, name, user));
    return [[name, new Set(granted)]];
  }

  #challenge(needed: Scope | undefined, error: string): RegistryProblem {
    const { scheme, realm, service = "" } = this.#options;
    const detail =
      needed === undefined || needed.name === ""
        ? undefined
        : needed.actions.map((action) => ({ Type: "repository", Class: "", Name: needed.name, Action: action }));
    const scope = needed === undefined ? "" : `,scope="${scopeText(needed)}"`;
    const why = error === "" ? "" : `,error="${error}"`;
    const challenge =
      scheme === "basic" ? `Basic realm="${realm}"` : `Bearer realm="${realm}",service="${service}"${scope}${why}`;
    return new RegistryProblem("UNAUTHORIZED", { detail, headers: { "www-authenticate": challenge } });
  }

  #newText(kind: string): string {
    return sha256(encode(goJson([kind, this.#tokens.size, this.#refresh.size, this.#options.realm])));
  }
}

function scopeOf(method: string, { kind, name }: Resource): Scope | undefined {
  if (kind === "ping") return undefined;
  const action = ownValue(ACTIONS, kind === "upload" ? "" : method);
  return { name, actions: action === undefined ? ["pull", "push"] : [action] };
}

const scopeText = ({ name, actions }: Scope): string =>
  name === "" ? "registry:catalog:*" : `repository:${name}:${actions.join(",")}`;
