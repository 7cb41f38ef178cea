/** `OS[/ARCHITECTURE[/VARIANT]]` of `--platform`. Model: containerd/platforms; the client is linux/amd64. */
import { quote } from "../../lib/go/index.ts";
import { ValueError } from "./problem.ts";

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly "os.version"?: string;
  readonly variant?: string;
}

const OS_PATTERN = "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$";
const PART_PATTERN = "^[A-Za-z0-9_.-]+$";
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

/** @throws ValueError `"x": unknown operating system or architecture: invalid argument` and its siblings. */
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
  const [architecture, normal] = normalize(architectureText.toLowerCase(), (variantText ?? "").toLowerCase());
  const hidden = variantText === undefined && architecture === "arm" && normal === "v7";
  const variant = variantText !== undefined && architecture === "arm64" && normal === "" ? "v8" : hidden ? "" : normal;
  return {
    architecture,
    os,
    ...(version ? { "os.version": version } : {}),
    ...(variant === "" ? {} : { variant }),
  };
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
