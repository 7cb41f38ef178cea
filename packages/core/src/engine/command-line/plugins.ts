/**
 * `docker plugin` and `docker trust`: plugins are programs for a real kernel, and nobody keeps signatures in this world, so
 * that both answer as the real client does where there are none.
 *
 * @see docker/cli cli/command/plugin, cli/command/trust
 */
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { columns, listFormat, renderList } from "../docker/format.ts";
import { failure, orFail } from "../docker/problem.ts";
import { familiarText, parseReference, withDefaultTag } from "../docker/reference.ts";
import type { RequestOf } from "../docker/request.ts";
import type { PluginRequest } from "../docker/requests/plugin.ts";
import { Filters } from "../select/filters.ts";
import { absolute, kindOf } from "./client-disk.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

const FILTERS = ["capability", "enabled"];
const COLUMNS = columns<never>(
  "plugin.pluginContext",
  { ID: "ID", Name: "NAME", Description: "DESCRIPTION", Enabled: "ENABLED" },
  {},
);
const TABLE = "table {{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}";
/** Docker Hub's signatures are kept by a host that the world does not have. */
const NO_NOTARY = "dial tcp: lookup notary.docker.io: no such host";

export async function runPlugin(session: Session, request: PluginRequest): Promise<number> {
  switch (request.command) {
    case "plugin ls":
      return list(session, request);
    case "plugin inspect":
      session.out(request.format === "" || request.format === "json" ? "[]\n" : "\n");
      return refuseAll(session, request.names, "");
    case "plugin rm":
    case "plugin enable":
    case "plugin disable":
    case "plugin set":
      return refuseAll(session, request.names, "");
    case "plugin push":
      return refuseAll(
        session,
        request.names.map((name) => familiarText(withDefaultTag(parseReference(name)))),
        "",
      );
    case "plugin upgrade":
      return refuseAll(session, request.names, "error reading plugin data: ");
    case "plugin install":
      return install(session, request.name);
    case "plugin create":
      return create(session, request.directory);
    default:
      return trust(session, request);
  }
}

function list(session: Session, { filters, format, quiet }: RequestOf<"plugin ls">): number {
  Filters.of(filters, FILTERS);
  const usual = quiet ? "{{.ID}}" : TABLE;
  session.out(orFail(() => renderList(listFormat(format, usual), COLUMNS, [])));
  return 0;
}

/** What the engine says of every plugin. */
export const noPlugin = (name: string): StatusError => new StatusError("not-found", `plugin ${quote(name)} not found`);

/** There is no plugin of any of these names. */
function refuseAll(session: Session, names: readonly string[], prefix: string): number {
  for (const name of names) {
    session.err(name === "" ? "invalid plugin name or ID: value is empty\n" : `${prefix}${told(noPlugin(name))}\n`);
  }
  return 1;
}

async function install({ engine }: Session, name: string): Promise<number> {
  const reference = familiarText(withDefaultTag(parseReference(name)));
  await engine.images.remote(reference).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new StatusError("not-found", `error resolving plugin reference: ${why}`);
  });
  throw new StatusError("invalid-argument", `did not find plugin config for specified reference ${reference}`);
}

function create({ disk, cwd }: Session, directory: string): number {
  const path = absolute(cwd, directory);
  const kind = kindOf(disk, path, true);
  if (kind === undefined) throw failure(`lstat ${path}: no such file or directory`);
  if (kind !== "dir") throw failure("context must be a directory");
  throw new StatusError("not-implemented", '"docker plugin create" is not implemented');
}

type Trust = RequestOf<"trust inspect" | "trust sign" | "trust revoke" | "trust signer remove">;

async function trust(session: Session, request: Trust): Promise<number> {
  switch (request.command) {
    case "trust inspect":
      if (!request.isPretty) session.lines(["[]"]);
      throw failure(request.images.map((image) => `no signatures or cannot access ${image}`).join("\n"));
    case "trust sign":
      if (!hasTag(request.image)) throw failure(`no tag specified for ${request.image}`);
      throw failure(`Error: error contacting notary server: ${NO_NOTARY}`);
    case "trust revoke":
      if (!(await revokes(session, request))) return 0;
      throw failure(`could not remove signature for ${request.image}: ${NO_NOTARY}`);
    case "trust signer remove":
      for (const one of request.repositories) {
        session.lines([`Removing signer "${request.signer}" from ${one}...`]);
        session.err(`error retrieving signers for ${one}: ${NO_NOTARY}\n\n`);
      }
      throw failure(`error removing signer from: ${request.repositories.join(", ")}`);
  }
}

const hasTag = (image: string): boolean => orFail(() => parseReference(image)).tag !== undefined;

/** Signatures of all tags are taken away only from who says so. */
async function revokes(session: Session, { image, isConfirmed }: RequestOf<"trust revoke">): Promise<boolean> {
  if (isConfirmed || hasTag(image)) return true;
  session.out(`Confirm you would like to delete all signature data for ${image}? [y/N] `);
  return (await session.answer()).trim().toLowerCase() === "y";
}
