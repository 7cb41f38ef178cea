/**
 * The authentication dance: a challenge, perhaps a token, and the header that is sent from then on.
 *
 * @see distribution docs/content/spec/auth/token.md; RFC 9110 section 11.6.1
 */
import { base64, decode, encode, StatusError } from "../../lib/index.ts";
import { bytesOf } from "../body.ts";
import type { Fetch } from "../fetch.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import { errorOf, TokenError } from "./registry-error.ts";
import type { Outgoing } from "./transport.ts";

/** Who asks a registry. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export class Authorizer {
  readonly #fetch: Fetch;
  readonly #credentials: (host: string) => Credentials | undefined;
  /** What to send to a host for a scope, by who one is there. */
  readonly #headers = new Map<string, string>();

  constructor(fetch: Fetch, credentials: (host: string) => Credentials | undefined) {
    this.#fetch = fetch;
    this.#credentials = credentials;
  }

  /** The header for requests of that scope, as far as it is known. */
  header(host: string, scope: string): string | undefined {
    return this.#headers.get(this.#key(host, scope));
  }

  /**
   * Answers a challenge.
   *
   * @returns false if there is nothing new to answer
   * @throws TokenError if the token's place refuses, or cannot be reached
   */
  async answer(host: string, { scope, onLogin }: Pick<Outgoing, "scope" | "onLogin">, response: Response) {
    const challenge = challengeOf(response);
    const credentials = this.#credentials(host);
    const basic = credentials && `Basic ${base64(encode(`${credentials.username}:${credentials.password}`))}`;
    if (basic !== undefined && challenge !== undefined) onLogin?.(challenge.scheme);
    const header = challenge?.scheme === "bearer" ? await this.#token(challenge, scope, basic) : basic;
    if (header === undefined || challenge === undefined) return false;
    const key = this.#key(host, scope);
    const isNew = this.#headers.get(key) !== header;
    this.#headers.set(key, header);
    return isNew;
  }

  /** Does the registry want a name and a password, and there are none for it? */
  isUnknown(host: string, response: Response): boolean {
    return challengeOf(response)?.scheme === "basic" && this.#credentials(host) === undefined;
  }

  /** The key of a token: it changes when somebody logs out, or in as another. */
  #key(host: string, scope: string): string {
    const { username = "", password = "" } = this.#credentials(host) ?? {};
    return JSON.stringify([host, scope, username, password]);
  }

  async #token({ parameters }: Challenge, scope: string, basic: string | undefined): Promise<string | undefined> {
    const realm = parameters.get("realm");
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    const service = parameters.get("service");
    if (service !== undefined) url.searchParams.set("service", service);
    const wanted = scope === "" ? (parameters.get("scope") ?? "") : scope;
    for (const one of wanted.split(" ")) if (one !== "") url.searchParams.append("scope", one);
    const headers = basic === undefined ? {} : { authorization: basic };
    const response = await this.#ask(new Request(url, { headers }), basic === undefined);
    const document: unknown = JSON.parse(decode(await bytesOf(response)));
    if (typeof document !== "object" || document === null) return undefined;
    const token = "token" in document ? document.token : "access_token" in document ? document.access_token : undefined;
    return typeof token === "string" ? `Bearer ${token}` : undefined;
  }

  /** @throws TokenError */
  async #ask(request: Request, isAnonymous: boolean): Promise<Response> {
    const { url } = request;
    try {
      const response = await this.#fetch(request);
      if (response.status === 200) return response;
      throw await errorOf(response);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new TokenError(error.message, { cause: error, url, isAnonymous });
    }
  }
}

const challengeOf = (response: Response): Challenge | undefined =>
  parseChallenge(response.headers.get("www-authenticate") ?? "");
