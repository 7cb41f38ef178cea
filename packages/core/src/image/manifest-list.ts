/** `manifest.json` of Docker's archives: which images there are, by the paths of their parts. @see moby image/tarexport */
import * as z from "zod";
import { decode, StatusError } from "../lib/index.ts";

const SCHEMA = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()).nullish() }),
);

export interface ManifestItem {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
}

/** @throws StatusError invalid-argument */
export function readManifestList(bytes: Uint8Array): readonly ManifestItem[] {
  const result = SCHEMA.safeParse(parsed(bytes));
  if (!result.success) throw new StatusError("invalid-argument", "invalid manifest.json: not a list of images");
  return result.data.map(({ Config, RepoTags, Layers }) => ({
    Config,
    RepoTags: RepoTags ?? [],
    Layers: Layers ?? [],
  }));
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decode(bytes));
  } catch {
    return undefined;
  }
}
