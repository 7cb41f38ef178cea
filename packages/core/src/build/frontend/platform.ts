/**
 * `OS[(VERSION+FEATURE…)][/ARCHITECTURE[/VARIANT]]`: what FROM --platform and `TARGETPLATFORM` say.
 *
 * The machine that builds is linux/amd64. Model: containerd/platforms, with its messages.
 */

import { quote } from "../../lib/go/index.ts";
import { fromByteString } from "../../lib/index.ts";
import { ARCHITECTURES, normalProcessor, type Platform, SYSTEMS } from "../../oci/index.ts";
import { BuildError } from "../dockerfile/error.ts";

export interface BuildPlatform extends Platform {
  readonly "os.version"?: string;
  readonly "os.features"?: readonly string[];
}

export const DEFAULT_PLATFORM: BuildPlatform = { os: "linux", architecture: "amd64" };

const OS_FORM = "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$";
const PART_FORM = "^[A-Za-z0-9_.-]+$";
/** @throws BuildError such as `"x": unknown operating system or architecture: invalid argument`. */
export function parsePlatform(text: string): BuildPlatform {
  const refuse = (why: string): BuildError => new BuildError(`${why}: invalid argument`);
  if (text.includes("*")) throw refuse(`${quote(text)}: wildcards not yet supported`);
  const [first = "", architecture, variant, ...more] = text.split("/");
  const system = new RegExp(OS_FORM).exec(first);
  if (system === null)
    throw refuse(
      `${quote(first)} is an invalid OS component of ${quote(text)}: OSAndVersion specifier component must match ${quote(OS_FORM)}`,
    );
  for (const part of [architecture, variant, more.length === 0 ? undefined : more.join("/")])
    if (part !== undefined && !new RegExp(PART_FORM).test(part))
      throw refuse(
        `${quote(part)} is an invalid component of ${quote(text)}: platform specifier component must match ${quote(PART_FORM)}`,
      );
  if (more.length > 0) throw refuse(`${quote(text)}: cannot parse platform specifier`);
  const lower = (system[1] ?? "").toLowerCase();
  const os = lower === "macos" ? "darwin" : lower;
  const options = systemOptions(system[2] ?? "", system[3] ?? "");
  if (typeof options === "string") throw refuse(`${quote(text)} has ${options}`);
  if (architecture !== undefined) return { os, ...options, ...processor(architecture, variant) };
  if (SYSTEMS.has(os)) return { os, ...options, architecture: DEFAULT_PLATFORM.architecture };
  const guessed = processor(first, undefined);
  if (!ARCHITECTURES.has(guessed.architecture))
    throw refuse(`${quote(text)}: unknown operating system or architecture`);
  return { os: DEFAULT_PLATFORM.os, ...options, ...guessed };
}

/** What stands in parentheses behind the system's name, or what is wrong with it. */
function systemOptions(version: string, features: string): Omit<BuildPlatform, "os" | "architecture"> | string {
  const decoded: string[] = [];
  for (const option of [version, ...features.split("+").slice(1)]) {
    const text = decodeOption(option);
    const what = decoded.length === 0 ? "an invalid OS version" : "invalid OS features: invalid os feature";
    if (text === undefined) {
      const escape = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(option)?.[0] ?? "";
      return `${what} ${quote(option)}: invalid URL escape ${quote(escape)}`;
    }
    decoded.push(text);
  }
  const [osVersion = "", ...rest] = decoded;
  const osFeatures = rest.filter(Boolean);
  return {
    ...(osVersion === "" ? {} : { "os.version": osVersion }),
    ...(osFeatures.length === 0 ? {} : { "os.features": osFeatures }),
  };
}

/** `%2B` is `+`; undefined for a `%` that two hexadecimal digits do not follow. */
function decodeOption(option: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(option)) return undefined;
  const bytes = option.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return fromByteString(bytes);
}

function encodeOption(option: string): string {
  return option.replace(/[%+()/]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `linux/arm/v7`; with its version, `windows(10.0)/amd64`. */
export function formatPlatform(platform: BuildPlatform, { version = true } = {}): string {
  const options = version ? optionsText(platform) : "";
  const os = options === "" ? platform.os : `${platform.os}(${options})`;
  return [os, platform.architecture, platform.variant].filter(Boolean).join("/");
}

function optionsText({ "os.version": version = "", "os.features": features = [] }: BuildPlatform): string {
  const parts = [...new Set(features)].sort().map((feature) => `+${encodeOption(feature)}`);
  return encodeOption(version) + parts.join("");
}

/** Names of the processor that mean the same become one: `linux/arm64/v8` is `linux/arm64`. */
export function normalizePlatform({ os, architecture, variant, ...rest }: BuildPlatform): BuildPlatform {
  const [plain, kept] = normalProcessor(architecture.toLowerCase(), (variant ?? "").toLowerCase());
  return { ...rest, os, architecture: plain, ...(kept === "" ? {} : { variant: kept }) };
}

function processor(architectureText: string, variantText: string | undefined): Omit<BuildPlatform, "os"> {
  const [architecture, variant] = normalProcessor(architectureText.toLowerCase(), (variantText ?? "").toLowerCase());
  if (variantText === undefined && architecture === "arm" && variant === "v7") return { architecture };
  if (variantText !== undefined && architecture === "arm64" && variant === "") return { architecture, variant: "v8" };
  return variant === "" ? { architecture } : { architecture, variant };
}
