/**
 * `docker context`: names for engines, which the client keeps for itself.
 *
 * @see docker/cli cli/command/context, cli/context/store
 */
import { layerToTar, tarToLayer } from "../../content/index.ts";
import { parseBool, quote, readOr, urlProblem } from "../../lib/go/index.ts";
import { decode, encode, NO_BYTES, sha256 } from "../../lib/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import { columns, listFormat, renderList } from "../docker/format.ts";
import { INSPECTED_CONTEXT } from "../docker/inspected/context.ts";
import { inspectOutput } from "../docker/inspected/output.ts";
import { naturalCompare } from "../docker/lists/shared.ts";
import { failure, orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { ContextRequest } from "../docker/requests/context.ts";
import { BOOL } from "../docker/template/type.ts";
import { type ClientContext, DEFAULT_CONTEXT, DEFAULT_HOST } from "./client-contexts.ts";
import { absolute, openProblem, readProblem, writable } from "./client-disk.ts";
import type { Session } from "./session.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$/;
const STDIO = "-";
/** What the list says of the context that everybody has. */
const USUAL = "Current DOCKER_HOST based configuration";
/** Characters of an error that a list shows. */
const LONGEST_ERROR = 45;
const TAR_BLOCK = 512;
const KEYS = new Set(["from", "host", "ca", "cert", "key", "skip-tls-verify"]);

export function runContext(session: Session, request: RequestOf<ContextRequest["command"]>): number {
  const current = currentContext(session, request.global?.context);
  switch (request.command) {
    case "context create":
      return create(session, request, current);
    case "context update":
      return update(session, request);
    case "context export":
      return exportContext(session, request);
    case "context import":
      return importContext(session, request);
    case "context inspect":
      return inspect(session, request, current);
    case "context ls":
      return list(session, request, current);
    case "context rm":
      return remove(session, request);
    case "context show":
      session.lines([current]);
      return 0;
    case "context use":
      return use(session, request);
  }
}

/** Which context counts: the one that is asked for comes first, and then what the environment says. */
export function currentContext({ client, engine }: Session, asked = ""): string {
  if (asked !== "") return asked;
  if ((client.env.get("DOCKER_HOST") ?? "") !== "") return DEFAULT_CONTEXT;
  return client.env.get("DOCKER_CONTEXT") || engine.contexts.current;
}

/** The host of a context. @throws CliError for one that is none */
export const contextHost = (session: Session, name: string): string => find(session, name).host;

export const isContext = ({ engine }: Session, name: string): boolean =>
  name === DEFAULT_CONTEXT || engine.contexts.all.has(name);

/** @throws CliError */
function find(session: Session, name: string): ClientContext {
  if (name === DEFAULT_CONTEXT) return { description: "", host: hostOf(session), skipsTlsVerify: false };
  const context = session.engine.contexts.all.get(name);
  if (context === undefined) throw failure(missingContext(session, name));
  return context;
}

export function missingContext(session: Session, name: string): string {
  const file = `${placeOf(session, "meta", name)}/meta.json`;
  return `context ${JSON.stringify(name)}: context not found: open ${file}: no such file or directory`;
}

function placeOf({ client }: Session, kind: "meta" | "tls", name: string): string {
  const config = client.env.get("DOCKER_CONFIG") || `${client.env.get("HOME") ?? "/root"}/.docker`;
  return `${config}/contexts/${kind}/${sha256(encode(name))}`;
}

const hostOf = ({ client }: Session): string => client.env.get("DOCKER_HOST") || DEFAULT_HOST;

/** @throws CliError for what no context can be called */
function checkName(name: string): void {
  if (NAME.test(name)) return;
  const rule = `names are validated against regexp "${NAME.source}"`;
  throw failure(`context name ${JSON.stringify(name)} is invalid, ${rule}`);
}

/** @throws CliError for a name that no new context can have */
function checkNewName({ engine }: Session, name: string): void {
  if (name === DEFAULT_CONTEXT) throw failure(`"${DEFAULT_CONTEXT}" is a reserved context name`);
  checkName(name);
  if (engine.contexts.all.has(name)) throw failure(`context ${JSON.stringify(name)} already exists`);
}

function create(
  session: Session,
  { name, description, docker, from }: RequestOf<"context create">,
  current: string,
): number {
  checkNewName(session, name);
  if (from !== "" && docker !== undefined) throw failure("cannot use --docker flag when --from is set");
  const source = from || current;
  const base = docker === undefined ? find(session, source) : endpointOf(session, docker);
  const usual = docker === undefined && source === DEFAULT_CONTEXT ? USUAL : base.description;
  session.engine.contexts.all.set(name, { ...base, description: description || usual });
  return said(session, name, `Successfully created context ${JSON.stringify(name)}`);
}

/** @throws CliError */
function endpointOf(session: Session, settings: StringMap): ClientContext {
  const refuse = (why: string): never => {
    throw failure(`unable to create docker endpoint config: ${why}`);
  };
  const unknown = Object.keys(settings).find((key) => !KEYS.has(key));
  if (unknown !== undefined) return refuse(`unrecognized config key: ${unknown}`);
  const { from = "", host = "" } = settings;
  if (from !== "") return { ...find(session, from), description: "" };
  for (const key of ["ca", "cert", "key"]) {
    const file = settings[key] ?? "";
    const content = file === "" ? NO_BYTES : session.client.readFile(file);
    if (typeof content === "string") return refuse(`open ${file}: ${content}`);
  }
  const problem = hostProblem(host);
  if (problem !== undefined) return refuse(problem);
  return { description: "", host, skipsTlsVerify: skipOf(settings["skip-tls-verify"], refuse) };
}

/** Why a context cannot lead to a host; without one it can. @see moby client ParseHostURL, sockets.ConfigureTransport */
function hostProblem(host: string): string | undefined {
  if (host === "") return undefined;
  const bad = urlProblem(host);
  if (bad !== undefined) return `invalid docker endpoint options: ${bad}`;
  const [, scheme] = /^(.*?):\/\/./s.exec(host) ?? [];
  const why =
    scheme === undefined ? `unable to parse docker host \`${host}\`` : scheme === "npipe" && "protocol not available";
  return why === false ? undefined : `unable to apply docker endpoint options: ${why}`;
}

function skipOf(given: string | undefined, refuse: (why: string) => never): boolean {
  if (given === undefined || given === "") return false;
  return readOr(
    () => parseBool(given),
    ({ reason }) => refuse(`skip-tls-verify: parsing ${quote(given)}: ${reason}`),
  );
}

function update(session: Session, { name, description, docker }: RequestOf<"context update">): number {
  if (name === DEFAULT_CONTEXT) throw failure(`"${DEFAULT_CONTEXT}" is a reserved context name`);
  checkName(name);
  const before = find(session, name);
  const endpoint = docker === undefined ? before : endpointOf(session, docker);
  session.engine.contexts.all.set(name, { ...endpoint, description: description ?? before.description });
  return said(session, name, `Successfully updated context ${JSON.stringify(name)}`);
}

/** The name for other programs, the sentence for people. */
function said(session: Session, name: string, sentence: string): number {
  session.lines([name]);
  session.err(`${sentence}\n`);
  return 0;
}

const metadata = (name: string, { description, host, skipsTlsVerify }: ClientContext) => ({
  Name: name,
  Metadata: description === "" ? {} : { Description: description },
  Endpoints: { docker: { Host: host, SkipTLSVerify: skipsTlsVerify } },
});

function exportContext(session: Session, { name, file }: RequestOf<"context export">): number {
  if (name !== DEFAULT_CONTEXT) checkName(name);
  if (file !== STDIO) checkNewFile(session, file);
  const content = encode(JSON.stringify(metadata(name, find(session, name))));
  const entry = { uid: 0, gid: 0, mtimeUs: 0 };
  const tar = layerToTar([
    { ...entry, path: "meta.json", type: "file", mode: 0o644, content },
    { ...entry, path: "tls", type: "dir", mode: 0o700 },
  ]);
  if (file === STDIO) {
    session.out(tar);
    return 0;
  }
  writable(session.disk, file).writeFileSync(absolute(session.cwd, file), tar, { mode: 0o600 });
  session.err(`Written file ${JSON.stringify(file)}\n`);
  return 0;
}

/** @throws CliError for a file that is there, or cannot be */
function checkNewFile(session: Session, file: string): void {
  const problem = session.client.exists(file) ? "file exists" : openProblem(session, file);
  if (problem !== undefined) throw failure(`open ${file}: ${problem}`);
}

function importContext(session: Session, { name, file }: RequestOf<"context import">): number {
  checkNewName(session, name);
  const content = file === STDIO ? (session.stdin ?? NO_BYTES) : session.client.readFile(file);
  if (typeof content === "string") throw failure(readProblem(file, content));
  session.engine.contexts.all.set(name, readExport(content));
  return said(session, name, `Successfully imported context ${JSON.stringify(name)}`);
}

/** @throws CliError for what no context is in */
function readExport(tar: Uint8Array): ClientContext {
  try {
    for (const { path, content } of tarToLayer(tar)) {
      if (path !== "meta.json" || content === undefined) continue;
      const meta = JSON.parse(decode(content)) as {
        readonly Metadata?: { readonly Description?: string };
        readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
      };
      const { Host = "", SkipTLSVerify = false } = meta.Endpoints?.docker ?? {};
      return { description: meta.Metadata?.Description ?? "", host: Host, skipsTlsVerify: SkipTLSVerify };
    }
  } catch {
    throw failure(tar.length < TAR_BLOCK ? "unexpected EOF" : "archive/tar: invalid tar header");
  }
  throw failure("invalid context: no metadata found");
}

function inspect(session: Session, { names, format }: RequestOf<"context inspect">, current: string): number {
  const wanted = names.length > 0 ? names : [current];
  const problems: string[] = [];
  const found = wanted.flatMap((name) => {
    const isDefault = name === DEFAULT_CONTEXT;
    if (!isDefault && !session.engine.contexts.all.has(name)) {
      problems.push(missingContext(session, name));
      return [];
    }
    const place = (kind: "meta" | "tls"): string => (isDefault ? "<IN MEMORY>" : placeOf(session, kind, name));
    const Storage = { MetadataPath: place("meta"), TLSPath: place("tls") };
    return [
      {
        json: { ...metadata(name, find(session, name)), TLSMaterial: {}, Storage },
        type: INSPECTED_CONTEXT,
        typedOnly: true,
      },
    ];
  });
  const { stdout, errors } = inspectOutput(format, found);
  session.out(stdout);
  for (const problem of [...errors, ...problems]) session.err(`${problem}\n`);
  return errors.length + problems.length > 0 ? 1 : 0;
}

interface ContextRow {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly description: string;
  readonly host: string;
  readonly error: string;
}

const COLUMNS = columns<ContextRow>(
  "formatter.clientContextContext",
  { Name: "NAME", Description: "DESCRIPTION", DockerEndpoint: "DOCKER ENDPOINT", Error: "ERROR" },
  {
    Current: ({ isCurrent }) => isCurrent,
    Description: ({ description }) => description,
    DockerEndpoint: ({ host }) => host,
    Error: ({ error }) => (error.length > LONGEST_ERROR ? `${error.slice(0, LONGEST_ERROR - 1)}…` : error),
    Name: ({ name }) => name,
  },
  { types: { Current: BOOL } },
);
const TABLE = "table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}";

function list(session: Session, { format, quiet }: RequestOf<"context ls">, current: string): number {
  const { all } = session.engine.contexts;
  const rows: ContextRow[] = [...all].map(([name, { description, host }]) => {
    return { name, isCurrent: name === current, description, host, error: "" };
  });
  const usual = { description: USUAL, host: hostOf(session), error: "" };
  rows.push({ name: DEFAULT_CONTEXT, isCurrent: current === DEFAULT_CONTEXT, ...usual });
  if (current !== DEFAULT_CONTEXT && !all.has(current))
    rows.push({ name: current, isCurrent: true, description: "", host: "", error: missingContext(session, current) });
  rows.sort((a, b) => naturalCompare(a.name, b.name));
  const shown = quiet ? "{{.Name}}" : listFormat(format, TABLE);
  session.out(orFail(() => renderList(shown, COLUMNS, rows)));
  if ((session.client.env.get("DOCKER_HOST") ?? "") !== "")
    session.err(`Warning: ${overridden("the active context. To use a context,")}`);
  return 0;
}

const overridden = (what: string): string =>
  `DOCKER_HOST environment variable overrides ${what} either set the global --context flag, or unset DOCKER_HOST environment variable.\n`;

function remove(session: Session, { names, force }: RequestOf<"context rm">): number {
  const { contexts } = session.engine;
  const problems: string[] = [];
  for (const name of names) {
    if (name === DEFAULT_CONTEXT) problems.push(`context "${DEFAULT_CONTEXT}" cannot be removed`);
    else if (contexts.current === name && !force)
      problems.push(`context ${JSON.stringify(name)} is in use, set -f flag to force remove`);
    else {
      if (!contexts.all.delete(name) && !force) {
        problems.push(`context ${JSON.stringify(name)} does not exist`);
        continue;
      }
      if (contexts.current === name) contexts.current = DEFAULT_CONTEXT;
      session.lines([name]);
    }
  }
  for (const problem of problems) session.err(`${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}

function use(session: Session, { name }: RequestOf<"context use">): number {
  if (name !== DEFAULT_CONTEXT) {
    checkName(name);
    find(session, name);
  }
  session.engine.contexts.current = name;
  said(session, name, `Current context is now ${JSON.stringify(name)}`);
  if (name !== DEFAULT_CONTEXT && (session.client.env.get("DOCKER_HOST") ?? "") !== "")
    session.err(`Warning: ${overridden(`the active context. To use ${JSON.stringify(name)},`)}`);
  return 0;
}
