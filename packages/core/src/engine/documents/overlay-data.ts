/** Where the overlay2 driver would have its directories: what inspect tells of them. @see moby daemon/graphdriver/overlay2 */
import type { Image } from "../../image/index.ts";
import { rememberingEach } from "../../lib/index.ts";

const ROOT = "/var/lib/docker/overlay2";

/** The directories of an image's layers, the uppermost first. */
export const layerNames = rememberingEach(({ chain }: Pick<Image, "chain">): readonly string[] =>
  chain.map((id) => id.slice(id.indexOf(":") + 1)).reverse(),
);

/** `below` are the directories under that of `name`, the uppermost first. */
export function overlayData(name: string, below: readonly string[]): Readonly<Record<string, string>> {
  return {
    ...(below.length === 0 ? {} : { LowerDir: below.map((one) => `${ROOT}/${one}/diff`).join(":") }),
    MergedDir: `${ROOT}/${name}/merged`,
    UpperDir: `${ROOT}/${name}/diff`,
    WorkDir: `${ROOT}/${name}/work`,
  };
}
