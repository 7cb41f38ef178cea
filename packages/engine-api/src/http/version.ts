/**
 * The version of the API: what is spoken here, and what a path asks for.
 *
 * @see moby api/server/middleware/version.go
 */
import { API_VERSION, ENGINE_VERSION, MIN_API_VERSION } from "@bottleship/core/engine";
import { badRequest, HttpProblem } from "./problem.ts";

export { API_VERSION, ENGINE_VERSION, MIN_API_VERSION };

const NEWEST = 151;
/** Unlike Docker's, which stops at 1.24: skopeo speaks 1.22. */
const OLDEST = 122;

export interface Versioned {
  /** 1.51 as 151. */
  readonly version: number;
  /** The path without the version. */
  readonly path: string;
}

/** Takes `/v1.51` off a path. @throws HttpProblem, StatusError invalid-argument for a version that is not spoken */
export function versionOf(path: string): Versioned {
  const versioned = path.startsWith("/v") ? /^\/v([\d.]+)(\/.*)$/.exec(path) : null;
  if (versioned === null) return { version: NEWEST, path };
  const [, text = "", rest = ""] = versioned;
  const [major = 0, minor = 0] = text.split(".").map(Number);
  const version = major * 100 + minor;
  if (version < OLDEST) {
    throw new HttpProblem(
      400,
      `client version ${text} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
      { isPlain: true },
    );
  }
  if (version > NEWEST) {
    throw badRequest(`client version ${text} is too new. Maximum supported API version is ${API_VERSION}`);
  }
  return { version, path: rest };
}

/** Headers of every reply. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  "Api-Version": API_VERSION,
  "Docker-Experimental": "false",
  Ostype: "linux",
  Server: `Docker/${ENGINE_VERSION} (linux)`,
};
