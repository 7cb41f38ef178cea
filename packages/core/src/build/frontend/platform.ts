/**
 * `OS[(VERSION)][/ARCHITECTURE[/VARIANT]]`: what FROM --platform and `TARGETPLATFORM` say.
 *
 * The machine that builds is linux/amd64. Model: containerd/platforms, with its messages.
 */
import type { Platform } from "../../oci/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import { quote } from "../go/quote.ts";

export interface BuildPlatform extends Platform {
  readonly "os.version"?: string;
}

export const DEFAULT_PLATFORM: BuildPlatform = { os: "linux", architecture: "amd64" };

const OS_FORM = "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$";
const PART_FORM = "^[A-Za-z0-9_.-]+$";
const SYSTEMS = new Set(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos".split(
    " ",
  ),
);
const ARCHITECTURES = new Set(
  (
    "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 " +
    "mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm"
  ).split(" "),
);

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
  const version = system[2] ? { "os.version": system[2] } : {};
  if (architecture !== undefined) return { os, ...version, ...processor(architecture, variant) };
  if (SYSTEMS.has(os)) return { os, ...version, architecture: DEFAULT_PLATFORM.architecture };
  const guessed = processor(first, undefined);
  if (!ARCHITECTURES.has(guessed.architecture))
    throw refuse(`${quote(text)}: unknown operating system or architecture`);
  return { os: DEFAULT_PLATFORM.os, ...version, ...guessed };
}

/** `linux/arm/v7`; with its version, `windows(10.0)/amd64`. */
export function formatPlatform(platform: BuildPlatform, { version = true } = {}): string {
  const os = version && platform["os.version"] ? `${platform.os}(${platform["os.version"]})` : platform.os;
  return [os, platform.architecture, platform.variant].filter(Boolean).join("/");
}

/** Names of the processor that mean the same become one: `linux/arm64/v8` is `linux/arm64`. */
export function normalizePlatform({ os, architecture, variant, ...rest }: BuildPlatform): BuildPlatform {
  const [plain, kept] = normalize(architecture.toLowerCase(), (variant ?? "").toLowerCase());
  return { ...rest, os, architecture: plain, ...(kept === "" ? {} : { variant: kept }) };
}

function processor(architectureText: string, variantText: string | undefined): Omit<BuildPlatform, "os"> {
  const [architecture, variant] = normalize(architectureText.toLowerCase(), (variantText ?? "").toLowerCase());
  if (variantText === undefined && architecture === "arm" && variant === "v7") return { architecture };
  if (variantText !== undefined && architecture === "arm64" && variant === "") return { architecture, variant: "v8" };
  return variant === "" ? { architecture } : { architecture, variant };
}

function normalize(architecture: string, variant: string): readonly [architecture: string, variant: string] {
  switch (architecture) {
    case "i386":
      return ["386", ""];
    case "x86_64":
    case "x86-64":
    case "amd64":
      return ["amd64", variant === "v1" ? "" : variant];
    case "aarch64":
    case "arm64":
      if (["8", "v8", "v8.0"].includes(variant)) return ["arm64", ""];
      return ["arm64", ["9", "9.0", "v9.0"].includes(variant) ? "v9" : variant];
    case "armhf":
      return ["arm", "v7"];
    case "armel":
      return ["arm", "v6"];
    case "arm":
      if (variant === "" || variant === "7") return ["arm", "v7"];
      return ["arm", ["5", "6", "8"].includes(variant) ? `v${variant}` : variant];
    default:
      return [architecture, variant];
  }
}
