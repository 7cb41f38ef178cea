/** `OS[/ARCHITECTURE[/VARIANT]]` of `--platform`. Model: containerd/platforms; the client is linux/amd64. */
import { quote } from "../../lib/go/index.ts";
import { ARCHITECTURES, normalProcessor, SYSTEMS } from "../../oci/index.ts";
import { ValueError } from "./problem.ts";

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly "os.version"?: string;
  readonly variant?: string;
}

const OS_PATTERN = "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$";
const PART_PATTERN = "^[A-Za-z0-9_.-]+$";

/**
 * Reads `linux/arm64/v8`, with what is not said filled in.
 *
 * @throws ValueError `"x": unknown operating system or architecture: invalid argument` and its siblings.
 */
export function parsePlatform(text: string): Platform {
  const refuse = (why: string): ValueError => new ValueError(`${why}: invalid argument`);
  if (text.includes("*")) throw refuse(`${quote(text)}: wildcards not yet supported`);
  const [first = "", second, third, ...more] = text.split("/");
  const system = new RegExp(OS_PATTERN).exec(first);
  if (system === null)
    throw refuse(
      `${quote(first)} is an invalid OS component of ${quote(text)}: OSAndVersion specifier component must match ${quote(OS_PATTERN)}`,
    );
  const rest = [second, third, more.length > 0 ? more.join("/") : undefined];
  for (const part of rest)
    if (part !== undefined && !new RegExp(PART_PATTERN).test(part))
      throw refuse(
        `${quote(part)} is an invalid component of ${quote(text)}: platform specifier component must match ${quote(PART_PATTERN)}`,
      );
  if (more.length > 0) throw refuse(`${quote(text)}: cannot parse platform specifier`);
  const lower = (system[1] ?? "").toLowerCase();
  const os = lower === "macos" ? "darwin" : lower;
  const version = system[2];
  if (second !== undefined) return platform(os, version, second, third);
  if (SYSTEMS.has(os)) return platform(os, version, "amd64", undefined);
  const guessed = platform("linux", version, first, undefined);
  if (!ARCHITECTURES.has(guessed.architecture))
    throw refuse(`${quote(text)}: unknown operating system or architecture`);
  return guessed;
}

function platform(
  os: string,
  version: string | undefined,
  architectureText: string,
  variantText: string | undefined,
): Platform {
  const [architecture, normal] = normalProcessor(architectureText.toLowerCase(), (variantText ?? "").toLowerCase());
  const hidden = variantText === undefined && architecture === "arm" && normal === "v7";
  const variant = variantText !== undefined && architecture === "arm64" && normal === "" ? "v8" : hidden ? "" : normal;
  return {
    architecture,
    os,
    ...(version ? { "os.version": version } : {}),
    ...(variant === "" ? {} : { variant }),
  };
}
