/**
 * Which image of an index is the one for a platform.
 *
 * @see containerd platforms/compare.go, defaults.go
 */
import { ownValue } from "../lib/index.ts";
import type { Platform } from "./image.ts";
import type { Descriptor } from "./manifest.ts";
import { normalProcessor } from "./processor.ts";

export type HostPlatform = Pick<Platform, "os" | "architecture" | "variant">;

/** The platform of every simulated machine, and of the catalogue's images. */
export const HOST_PLATFORM: HostPlatform = { os: "linux", architecture: "amd64" };

/** "linux/arm64/v8" */
export const platformText = ({ os, architecture, variant }: HostPlatform): string =>
  [os, architecture, ...(variant === undefined || variant === "" ? [] : [variant])].join("/");

/** The same platform by the usual names: `linux/arm64/v8` is `linux/arm64`. */
export function normalPlatform({ os, architecture, variant = "" }: HostPlatform): HostPlatform {
  const [normal, rest] = normalProcessor(architecture, variant);
  return { architecture: normal, os, ...(rest === "" ? {} : { variant: rest }) };
}

/** Variants that an architecture has if none is said, and the older ones that run on each, the best first. */
const DEFAULT_VARIANTS: Readonly<Record<string, string>> = { arm: "v7", arm64: "v8" };
const ARM_VARIANTS = ["v8", "v7", "v6", "v5"];

/** Can an image of `platform` run where `wanted` is? */
export function platformMatches(wanted: HostPlatform, platform: HostPlatform): boolean {
  return platformRank(wanted, platform) !== undefined;
}

/** The image of an index that fits best; of equal ones the first. Attestations are no images. */
export function choosePlatform(manifests: readonly Descriptor[], wanted: HostPlatform): Descriptor | undefined {
  let best: { readonly descriptor: Descriptor; readonly rank: number } | undefined;
  for (const descriptor of manifests) {
    if (descriptor.platform === undefined) continue;
    const rank = platformRank(wanted, descriptor.platform);
    if (rank !== undefined && (best === undefined || rank < best.rank)) best = { descriptor, rank };
  }
  return best?.descriptor;
}

/** 0 fits exactly; the greater, the worse; undefined does not run. */
function platformRank(wanted: HostPlatform, platform: HostPlatform): number | undefined {
  if (wanted.os !== platform.os || wanted.architecture !== platform.architecture) return undefined;
  const [want, have] = [variantOf(wanted), variantOf(platform)];
  if (want === have) return 0;
  if (wanted.architecture !== "arm") return undefined;
  const distance = ARM_VARIANTS.indexOf(have) - ARM_VARIANTS.indexOf(want);
  return ARM_VARIANTS.includes(have) && ARM_VARIANTS.includes(want) && distance > 0 ? distance : undefined;
}

const variantOf = ({ architecture, variant = "" }: HostPlatform): string =>
  variant === "" ? (ownValue(DEFAULT_VARIANTS, architecture) ?? "") : variant;
