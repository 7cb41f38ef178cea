/**
 * Platforms in queries: as JSON where newer clients ask for one of an image's, and written out where older ones do.
 *
 * @see moby api/server/httputils/form.go DecodePlatform
 */
import { type Engine, parsePlatform } from "@bottleship/core/engine";
import { z } from "zod";
import { badRequest, messageOf } from "./problem.ts";

export type WantedPlatform = NonNullable<Parameters<Engine["images"]["getFor"]>[1]>;

const PLATFORM = z.object({
  os: z.string().default(""),
  architecture: z.string().default(""),
  variant: z.exactOptional(z.string()),
});

/** `{"os":"linux","architecture":"arm64"}`; `undefined` if there is none. @throws StatusError invalid-argument */
export function jsonPlatform(text: string | null): WantedPlatform | undefined {
  if (text === null || text === "") return undefined;
  const given = PLATFORM.safeParse(parsed(text));
  if (!given.success)
    throw badRequest("failed to parse platform: json: cannot unmarshal into Go value of type v1.Platform");
  const { os, architecture } = given.data;
  if (os === "" || architecture === "") throw badRequest("both OS and Architecture must be provided");
  return given.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const [first = ""] = text;
    throw badRequest(`failed to parse platform: invalid character '${first}' looking for beginning of value`);
  }
}

/** `linux/arm64`; `undefined` if there is none. @throws StatusError invalid-argument */
export function writtenPlatform(text: string): WantedPlatform | undefined {
  if (text === "") return undefined;
  try {
    return parsePlatform(text);
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}
