/**
 * `--volume`: a bind mount, a named or an anonymous volume, told apart by how the text begins.
 *
 * As in Docker, a single letter before a colon is read as a Windows drive, so that `a:/b` is one anonymous volume.
 * Model: docker/cli compose/loader.ParseVolume.
 */
import { byteLength, join } from "../../../lib/index.ts";
import type { ClientMachine } from "../client.ts";
import type { StringSet } from "../create-body.ts";
import { ValueError } from "../problem.ts";

export interface VolumeArguments {
  readonly binds: readonly string[];
  /** Anonymous volumes by the path in the container. */
  readonly volumes: StringSet;
}

/** What all `--volume` options ask for; Docker's order of binds is random, here it is the order given. */
export function parseVolumes(texts: readonly string[], client: ClientMachine): VolumeArguments {
  const binds: string[] = [];
  const volumes: Record<string, Record<string, never>> = {};
  for (const text of new Set(texts)) {
    const source = volumeSource(text);
    if (source === undefined) volumes[text] = {};
    else binds.push(source.startsWith(".") ? absolute(text, client) : text);
  }
  return { binds, volumes };
}

function absolute(text: string, client: ClientMachine): string {
  const colon = text.indexOf(":");
  return `${absolutePath(text.slice(0, colon), client)}${text.slice(colon)}`;
}

/** A path that begins with a point, seen from the client's current directory; others unchanged. */
export function absolutePath(path: string, client: ClientMachine): string {
  return path.startsWith(".") ? join(client.cwd, path) : path;
}

/** The part before the container's path; undefined for an anonymous volume. */
function volumeSource(text: string): string | undefined {
  if (text === "") throw new ValueError("invalid empty volume spec");
  if (byteLength(text) <= 2) return undefined;
  const fields = splitFields(text);
  const problem = fields.includes("") ? fields.indexOf("") : -1;
  if (fields.length > 3 && (problem < 0 || problem > 2)) throw new ValueError(`invalid spec: ${text}: too many colons`);
  if (problem >= 0) throw new ValueError(`invalid spec: ${text}: empty section between colons`);
  return fields.length === 1 ? undefined : fields[0];
}

/** Splits at colons, except after a field of one letter. */
function splitFields(text: string): string[] {
  const fields: string[] = [];
  let field = "";
  for (const character of text) {
    if (character === ":" && !/^\p{L}$/u.test(field)) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  return [...fields, field];
}
