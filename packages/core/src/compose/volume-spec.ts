/**
 * A mount in short: `[SOURCE:]TARGET[:OPTIONS]`.
 *
 * A single letter before a colon is taken for a Windows drive, as compose does: `v:/v` has no source.
 * @see compose-spec 05-services.md, volumes, short syntax
 */
import { clean } from "../lib/index.ts";
import { ComposeError } from "./compose-error.ts";
import type { TreeMap } from "./tree.ts";

export interface VolumeSpec {
  readonly source: string;
  readonly target: string;
  readonly options: readonly string[];
}

/** @throws ComposeError `invalid spec: a::b: empty section between colons` */
export function parseVolumeSpec(text: string): VolumeSpec {
  if (text === "") throw new ComposeError("invalid empty volume spec");
  if (text.length <= 2) return { source: "", target: text, options: [] };
  const parts = partsOf(text);
  const refuse = (why: string): never => {
    throw new ComposeError(`invalid spec: ${text}: ${why}`);
  };
  if (parts.includes("")) refuse("empty section between colons");
  if (parts.length > 3) refuse("too many colons");
  const [first = "", second, third] = parts;
  if (second === undefined) return { source: "", target: first, options: [] };
  return { source: first, target: second, options: third?.split(",") ?? [] };
}

/** Parted at colons, but for those in `${…}` and behind a drive's letter. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (const [at, character] of [...text].entries()) {
    if (character === "$" && text[at + 1] === "{") depth++;
    else if (character === "}" && depth > 0) depth--;
    if (character === ":" && depth === 0 && !/^[a-zA-Z]$/.test(part)) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part];
}

const PROPAGATIONS: ReadonlySet<string> = new Set(["rprivate", "private", "rshared", "shared", "rslave", "slave"]);

/** The long form of the short one. */
export function longVolume(text: string): TreeMap {
  const { source, target, options } = parseVolumeSpec(text);
  const isBind = isPath(source);
  const propagation = options.findLast((option) => PROPAGATIONS.has(option));
  const selinux = options.findLast((option) => option === "z" || option === "Z");
  const readOnly = options.findLast((option) => option === "ro" || option === "rw") === "ro";
  const bind = {
    ...(selinux === undefined ? {} : { selinux }),
    ...(propagation === undefined ? {} : { propagation }),
  };
  return {
    type: isBind ? "bind" : "volume",
    ...(source === "" ? {} : { source }),
    target: target === "" || text.length <= 2 ? target : clean(target),
    ...(readOnly ? { read_only: true } : {}),
    ...(isBind ? { bind: { ...bind, create_host_path: true } } : Object.keys(bind).length > 0 ? { bind } : {}),
    ...(isBind && !options.includes("nocopy") ? {} : { volume: options.includes("nocopy") ? { nocopy: true } : {} }),
  };
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith("\\\\") || /^[a-zA-Z]:/.test(source);
}
