/**
 * What targets of files may do only if the caller allows it: use the machine's network, have its privileges and devices,
 * read and write beyond the directory that bake is called in.
 *
 * Unlike buildx, which then asks of several targets for the paths of any one, this asks for those of all.
 *
 * @see docker/buildx bake/entitlements.go
 */
import { parseBool, parseCsv, quote, reworded, ValueError } from "../../../lib/go/index.ts";
import { clean, compareBytes, dirname } from "../../../lib/index.ts";
import { fieldsOf } from "../build/option.ts";
import { absolute, followed } from "../client-disk.ts";
import type { Session } from "../session.ts";
import { BakeFailure } from "./bake-failure.ts";
import type { TargetBuild, TargetBuilds } from "./build.ts";
import { TARGET_CONTEXT } from "./resolve.ts";

const NETWORK = "network.host";
const INSECURE = "security.insecure";
const DEVICE = "device";
const NAMED_DEVICE = "device=";
const SSH = "ssh";
const ANYWHERE = "*";
/** Allowed of images: this looks at none of them. */
const IMAGES: ReadonlySet<string> = new Set(["image", "image.push", "image.load"]);
const FILES_VARIABLE = "BUILDX_BAKE_ENTITLEMENTS_FS";
const REMOTE = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/;
const LOCAL = "cwd://";

/** What is allowed. */
export interface Allowance {
  /** `network.host`, `security.insecure`, `device`, `ssh` */
  readonly names: ReadonlySet<string>;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What is missing, as lists tell it and as `--allow` has it. */
interface Missing {
  readonly text: string;
  readonly flag: string;
  /** Only has to be allowed where file entitlements are checked. */
  readonly ofFiles?: boolean;
}

/** @throws ValueError for what cannot be allowed */
export function parseAllowance(texts: readonly string[]): Allowance {
  const names = new Set<string>();
  const reads: string[] = [];
  const writes: string[] = [];
  for (const text of texts) {
    const [key = "", value = ""] = text.split(/=(.*)/s, 2);
    if (text === NETWORK || text === INSECURE || text === SSH) names.add(text);
    else if (key === DEVICE) names.add(value === "" ? DEVICE : `${NAMED_DEVICE}${parseCsv(value)[0]}`);
    else if (key === "fs.read" || key === "fs.write" || key === "fs") {
      if (key !== "fs.write") reads.push(value);
      if (key !== "fs.read") writes.push(value);
    } else if (!IMAGES.has(key)) throw new ValueError(`unknown entitlement key ${quote(key)}`);
  }
  return { names, reads, writes };
}

/** What targets want and nobody has allowed. */
export function missingAllowance(session: Session, builds: TargetBuilds, allowance: Allowance): readonly Missing[] {
  const all = [...builds.values()];
  const names = new Set(all.flatMap(({ request }) => missingNames(request.allow, allowance)));
  const privileges = PRIVILEGES.filter(([name]) => names.has(name)).map(([flag, text]) => ({ flag, text }));
  const devices = [...names].flatMap((name) =>
    name.startsWith(NAMED_DEVICE) ? { flag: name, text: `Access to device ${name.slice(NAMED_DEVICE.length)}` } : [],
  );
  return [...privileges, ...devices, ...missingFiles(session, all, allowance)];
}

/** Says what is to be allowed, and asks for it at a terminal. @throws BakeFailure if it is not, ValueError */
export async function askFor(session: Session, missing: readonly Missing[]): Promise<void> {
  const checksFiles = wantsFiles(session);
  session.err(requestText(session, missing));
  if (checksFiles === false && missing.every(({ ofFiles }) => ofFiles === true)) return;
  if (checksFiles === undefined && missing.some(({ ofFiles }) => ofFiles === true)) {
    session.err(`To disable filesystem entitlements checks, you can set ${FILES_VARIABLE}=0 .\n\n`);
  }
  if (session.terminal !== undefined) {
    session.err("Do you want to grant requested privileges and continue? [y/N] ");
    if ((await session.answer()).trim().toLowerCase() === "y") return;
  }
  throw new BakeFailure("ERROR: additional privileges requested\n");
}

const PRIVILEGES: readonly (readonly [name: string, text: string])[] = [
  [NETWORK, "Running build containers that can access host network"],
  [INSECURE, "Running privileged containers that can make system changes"],
  [DEVICE, "Access to CDI devices"],
];

/** As with buildx, a device of a name is asked for whatever is allowed. */
function missingNames(wanted: readonly string[], { names }: Allowance): readonly string[] {
  return wanted.filter((name) => name.startsWith(NAMED_DEVICE) || !names.has(name));
}

/** Whether paths are looked at; undefined if nobody has said so. @throws ValueError */
function wantsFiles(session: Session): boolean | undefined {
  const text = session.client.env.get(FILES_VARIABLE);
  if (text === undefined) return undefined;
  return reworded(
    () => parseBool(text),
    ({ message }) => new ValueError(`failed to parse ${FILES_VARIABLE} value ${quote(text)}: ${message}`),
  );
}

function requestText(session: Session, missing: readonly Missing[]): string {
  const flags = missing.map(({ flag }) => `--allow=${flag}`).join(" ");
  const pass = session.terminal === undefined ? "Pass" : "In order to not see this message in the future pass";
  const { words } = session;
  const at = words.indexOf("bake") + 1;
  const command = ["docker", ...words.slice(0, at), flags, ...words.slice(at)].join(" ");
  return [
    "Your build is requesting privileges for following possibly insecure capabilities:",
    "",
    ...missing.map(({ text }) => ` - ${text}`),
    "",
    `${pass} ${quote(flags)} to grant requested privileges.`,
    ...(at === 0 ? [] : ["", "Your full command with requested privileges:", "", command, ""]),
    "",
  ].join("\n");
}

// ── files ──

function missingFiles(session: Session, builds: readonly TargetBuild[], allowance: Allowance): readonly Missing[] {
  const wantsAgent = builds.some(({ request }) => request.ssh.some((agent) => !agent.includes("=")));
  const agent =
    wantsAgent && !allowance.names.has(SSH)
      ? [{ flag: SSH, text: "Forwarding default SSH agent socket", ofFiles: true }]
      : [];
  const reads = missingPaths(session, builds.flatMap(readPaths), allowance.reads);
  const writes = missingPaths(session, builds.flatMap(writtenPaths), allowance.writes);
  const both = reads.filter((path) => writes.includes(path));
  const listed = (paths: readonly string[], flag: string, how: string): readonly Missing[] =>
    paths.map((path) => {
      const shown = shownPath(session.cwd, path);
      return { flag: `${flag}=${shown}`, text: `${how} access to path ${shown}`, ofFiles: true };
    });
  return [
    ...agent,
    ...listed(both, "fs", "Read and write"),
    ...listed(
      reads.filter((path) => !both.includes(path)),
      "fs.read",
      "Read",
    ),
    ...listed(
      writes.filter((path) => !both.includes(path)),
      "fs.write",
      "Write",
    ),
  ];
}

function readPaths({ target, request }: TargetBuild): readonly string[] {
  const named = [...(target.contexts ?? new Map<string, string>()).values()];
  const places = [request.context, request.file, ...named].filter(isLocal).map((place) => place.replace(LOCAL, ""));
  const caches = request.cacheFrom
    .map(fieldsOf)
    .flatMap((cache) => (cache.get("type") === "local" ? (cache.get("src") ?? []) : []));
  const secrets = (target.secret ?? []).flatMap((secret) => secret.get("src") ?? []);
  const agents = (target.ssh ?? []).flatMap((agent) => agent.get("paths")?.split(",") ?? []);
  return [...places, ...caches, ...secrets, ...agents];
}

const isLocal = (place: string): boolean =>
  place !== "" && !REMOTE.test(place) && !place.startsWith(TARGET_CONTEXT) && !place.startsWith("docker-image:");

function writtenPaths({ request }: TargetBuild): readonly string[] {
  const outputs = request.outputs.map(fieldsOf).flatMap((output) => output.get("dest") ?? []);
  const caches = request.cacheTo
    .map(fieldsOf)
    .flatMap((cache) => (cache.get("type") === "local" ? (cache.get("dest") ?? []) : []));
  return [...outputs.filter((dest) => dest !== "-"), ...caches];
}

/** Paths that nothing allowed leads to, as far as they are there; those below others of them are not told. */
function missingPaths(session: Session, paths: readonly string[], allowed: readonly string[]): readonly string[] {
  const { disk, cwd } = session;
  if (allowed.includes(ANYWHERE)) return [];
  const places = [cwd, ...allowed].map((path) => whole(disk, absolute(cwd, path)));
  const asked = new Set(paths.map((path) => existing(disk, absolute(cwd, path))));
  return [...asked]
    .filter((path) => ![...asked].some((other) => other !== path && isWithin(path, other)))
    .filter((path) => !places.some((place) => isWithin(path, place)))
    .sort(compareBytes);
}

const isWithin = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(parent === "/" ? "/" : `${parent}/`);

/** The part of a path that is there, without links. */
function existing(disk: Session["disk"], path: string): string {
  if (disk === undefined) return path;
  return followed(disk, path) ?? (path === "/" ? path : existing(disk, dirname(path)));
}

/** The same with the part that is not there behind it. */
function whole(disk: Session["disk"], path: string): string {
  if (disk === undefined || path === "/") return path;
  return followed(disk, path) ?? clean(`${whole(disk, dirname(path))}/${path.slice(path.lastIndexOf("/") + 1)}`);
}

/** From the directory that bake is called in, unless that leads up two directories. */
function shownPath(cwd: string, path: string): string {
  const [from, to] = [cwd, path].map((one) => one.split("/").filter(Boolean));
  const shared = from?.findIndex((name, at) => name !== to?.[at]) ?? -1;
  const common = shared < 0 ? (from?.length ?? 0) : shared;
  const up = (from?.length ?? 0) - common;
  if (up > 1) return path;
  return [...Array.from({ length: up }, () => ".."), ...(to ?? []).slice(common)].join("/") || ".";
}
