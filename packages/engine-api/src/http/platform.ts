/**
 * Platforms in queries: as JSON where newer clients ask for one of an image's, and written out where older ones do.
 *
 * @see moby api/server/httputils/form.go DecodePlatform
 */
import { type Engine, parsePlatform } from "@bottleship/core/engine";
import { z } from "zod";
import { goType, maybe, text } from "../schemas/fields.ts";
import { badRequest, messageOf } from "./problem.ts";
import { fromJson } from "./query.ts";

export type WantedPlatform = NonNullable<Parameters<Engine["images"]["getFor"]>[1]>;

const PLATFORM = goType(
  z.object({ os: text.default(""), architecture: text.default(""), variant: maybe(text) }),
  "v1.Platform",
);

/** `{"os":"linux","architecture":"arm64"}`; `undefined` if there is none. @throws StatusError invalid-argument */
export function jsonPlatform(given: string | null): WantedPlatform | undefined {
  if (given === null || given === "") return undefined;
  const platform = fromJson(given, PLATFORM, "failed to parse platform");
  if (platform.os === "" || platform.architecture === "") throw badRequest("both OS and Architecture must be provided");
  return platform;
}

/** The platform of an image that may be named once only. @throws StatusError invalid-argument */
export function onlyPlatform(query: URLSearchParams): WantedPlatform | undefined {
  const [given = null, ...more] = query.getAll("platform");
  if (more.length > 0) throw badRequest("multiple platform parameters not supported");
  return jsonPlatform(given);
}

/** `linux/arm64`; `undefined` if there is none. @throws StatusError invalid-argument */
export function writtenPlatform(given: string): WantedPlatform | undefined {
  if (given === "") return undefined;
  try {
    return parsePlatform(given);
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}
