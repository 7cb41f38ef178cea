/**
 * The files that say what is to be built: those that are named, or those that usually are.
 *
 * @see docker/buildx bake/bake.go ReadLocalFiles, ParseFiles
 */
import { ComposeError, type ComposeSource } from "../../../compose/index.ts";
import { type HclSource, parseHcl, parseHclJson } from "../../../hcl/index.ts";
import { bytesText, ValueError } from "../../../lib/go/index.ts";
import { decode, NO_BYTES } from "../../../lib/index.ts";
import { clientOf } from "../../compose/input.ts";
import { readProblem } from "../client-disk.ts";
import type { Session } from "../session.ts";
import { composeConfig } from "./compose-targets.ts";
import { type BakeConfig, mergedTarget } from "./config.ts";
import { BLOCKS, Definition } from "./definition.ts";

const USUAL = [
  "compose.yaml",
  "compose.yml",
  "docker-compose.yml",
  "docker-compose.yaml",
  "docker-bake.json",
  "docker-bake.hcl",
  "docker-bake.override.json",
  "docker-bake.override.hcl",
];
const STDIN = "-";
/** On the machine that the client runs on, which may be another than the one that files come from. */
const LOCAL = "cwd://";

/** Tells of a file that is read. */
export type Tell = (status: string) => void;

/** @throws ValueError for a file that cannot be read, and if there is none */
export function readFiles(session: Session, names: readonly string[], tell: Tell): readonly HclSource[] {
  const isUsual = names.length === 0;
  const files = (isUsual ? USUAL : names).flatMap((given) => {
    const name = given.startsWith(LOCAL) ? given.slice(LOCAL.length) : given;
    if (name === STDIN) {
      const input = session.stdin ?? NO_BYTES;
      tell(`reading from stdin ${bytesText(input.length)}`);
      return [{ name, text: decode(input) }];
    }
    const content = session.client.readFile(name);
    if (typeof content !== "string") {
      const size = bytesText(content.length);
      tell(content.length === 0 ? `reading ${name}` : `reading ${name} ${size} / ${size}`);
      return [{ name, text: decode(content) }];
    }
    if (isUsual && content === "no such file or directory") return [];
    tell(`reading ${name}`);
    throw new ValueError(readProblem(name, content));
  });
  const filled = files.filter(({ text }) => text !== "");
  if (filled.length === 0) throw new ValueError("couldn't find a bake definition");
  return filled;
}

/** What all files together define; those of HCL come over those of compose. @throws HclError, ComposeError */
export function configOf(session: Session, files: readonly HclSource[]): BakeConfig {
  const composed = files.filter((file) => isCompose(session, file));
  const others = files.filter((file) => !composed.includes(file));
  const bodies = others.map((file) =>
    file.text.trimStart().startsWith("{") ? parseHclJson(file, BLOCKS) : parseHcl(file),
  );
  const builtIn = new Map([
    ["BAKE_CMD_CONTEXT", LOCAL],
    ["BAKE_LOCAL_PLATFORM", "linux/amd64"],
  ]);
  const lookup = (name: string): string | undefined => session.client.env.get(name);
  const { kernel } = session.engine;
  const circumstances = {
    nowUs: () => kernel.nowUs,
    randomBytes: (count: number) => session.engine.world.prng.bytes(count),
  };
  const own = new Definition(bodies, { builtIn, lookup, circumstances }).read();
  if (composed.length === 0) return own;
  const { targets, groups } = composeConfig(composed.map(sourceOf), composeClient(session));
  return {
    variables: own.variables,
    groups: new Map([...groups, ...own.groups]),
    targets: [...own.targets].reduce(
      (all, [name, target]) => all.set(name, mergedTarget(all.get(name), target)),
      new Map(targets),
    ),
  };
}

/** By its name, or if that says nothing by what is in it. What is wrong with one that is called so is thrown. */
function isCompose(session: Session, file: HclSource): boolean {
  const name = file.name.toLowerCase();
  if (/\.(json|hcl)$/.test(name)) return false;
  try {
    composeConfig([sourceOf(file)], composeClient(session));
    return true;
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    // Here nobody says which file it is.
    if (/\.ya?ml$/.test(name)) throw new ComposeError(error.message.replace(/^validating [^:]*: /, ""));
    return false;
  }
}

const sourceOf = ({ name, text }: HclSource): ComposeSource => ({ name, content: text });

function composeClient(session: Session) {
  const { disk, cwd, client } = session;
  const { HOME = "/root", ...env } = Object.fromEntries(client.env);
  return clientOf({ ...(disk === undefined ? {} : { disk }), cwd, env: { HOME, ...env } }, (message) =>
    session.err(`WARNING: ${message}\n`),
  );
}
