/**
 * How many pulls somebody may do: each GET of a manifest is one.
 *
 * @see https://docs.docker.com/docker-hub/usage/pulls for the rules, the headers and the message
 */
import { RegistryProblem } from "./problem.ts";

/** How much may be pulled in which time. */
export interface RateLimitOptions {
  /** Pulls in a window. */
  readonly pulls: number;
  readonly windowSeconds: number;
}

const MESSAGE =
  "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit";

export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #nowUs: () => number;
  /** When each of them has pulled, the oldest first. */
  readonly #pulls = new Map<string, number[]>();

  constructor(options: RateLimitOptions, nowUs: () => number) {
    this.#options = options;
    this.#nowUs = nowUs;
  }

  /**
   * Looks at a request for a manifest, and counts it if it is a pull.
   *
   * @returns headers for the answer
   * @throws RegistryProblem TOOMANYREQUESTS
   */
  check(who: string, isPull: boolean): Readonly<Record<string, string>> {
    const { pulls: limit, windowSeconds } = this.#options;
    const windowUs = windowSeconds * 1e6;
    const recent = (this.#pulls.get(who) ?? []).filter((timeUs) => timeUs > this.#nowUs() - windowUs);
    const isOver = isPull && recent.length >= limit;
    if (isPull && !isOver) recent.push(this.#nowUs());
    this.#pulls.set(who, recent);
    const headers = {
      "ratelimit-limit": `${limit};w=${windowSeconds}`,
      "ratelimit-remaining": `${limit - recent.length};w=${windowSeconds}`,
      "docker-ratelimit-source": who,
    };
    if (!isOver) return headers;
    const waitUs = (recent[0] ?? 0) + windowUs - this.#nowUs();
    throw new RegistryProblem("TOOMANYREQUESTS", {
      message: MESSAGE,
      headers: { ...headers, "retry-after": String(Math.ceil(waitUs / 1e6)) },
    });
  }
}
