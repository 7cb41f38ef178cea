/**
 * Plugins, of which there are none: they are binaries for a real kernel. Whoever asks for one hears what Docker says of
 * one that is not installed, and whoever installs one, what Docker says of a repository that is no plugin.
 *
 * @see moby api/server/router/plugin/plugin_routes.go, plugin/backend_linux.go, plugin/fetch_linux.go
 */
import { type Engine, familiarText, referenceText, withDefaultTag } from "@bottleship/core/engine";
import { StatusError } from "@bottleship/core/lib";
import { z } from "zod";
import { readJson } from "../http/body.ts";
import { json } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { badRequest, HttpProblem, messageOf } from "../http/problem.ts";
import { text, whole } from "../http/query.ts";
import { type Call, type Handler, type Route, route } from "../http/router.ts";
import { progressReply } from "../streams/progress.ts";
import { parse } from "./images/pull.ts";
import { useLogin } from "./images/transfer.ts";

const PRIVILEGES = z.array(z.record(z.string(), z.unknown()));
const SETTINGS = z.array(z.string());
const BINARIES = "plugins are binaries for a real kernel: a simulated machine cannot run them";

export function pluginRoutes(engine: Engine): readonly Route[] {
  return [
    route("GET", "/plugins", ({ query }) => {
      Filters.parse(query.get("filters"), ["capability", "enabled"]).flag("enabled");
      return json([]);
    }),
    route("GET", "/plugins/privileges", (call) => privileges(engine, call)),
    route("POST", "/plugins/pull", (call) => pull(engine, call)),
    route("POST", "/plugins/create", ({ query }) => {
      const name = text(query, "name");
      try {
        parse(name);
      } catch (error) {
        throw badRequest(`failed to parse reference ${name}: ${messageOf(error)}`);
      }
      throw new HttpProblem(501, BINARIES);
    }),
    route("GET", "/plugins/{name...}/json", missing()),
    route(
      "POST",
      "/plugins/{name...}/enable",
      missing(({ query }) => {
        // Unlike with Docker's, a client that leaves it out has made a mistake, and the server has not.
        whole(text(query, "timeout"));
      }),
    ),
    route("POST", "/plugins/{name...}/disable", missing()),
    route("POST", "/plugins/{name...}/upgrade", async ({ param, query, request }) => {
      await readJson(request, PRIVILEGES);
      parse(text(query, "remote"));
      throw noPlugin(tagged(param));
    }),
    route("POST", "/plugins/{name...}/push", missing()),
    route(
      "POST",
      "/plugins/{name...}/set",
      missing(async ({ request }) => void (await readJson(request, SETTINGS))),
    ),
    route("DELETE", "/plugins/{name...}", missing()),
  ];
}

/** Says that there is no such plugin, when what else was asked has been looked at. */
function missing(look: (call: Call) => void | Promise<void> = () => {}): Handler {
  return async (call) => {
    await look(call);
    throw noPlugin(call.param);
  };
}

const noPlugin = (name: string): StatusError =>
  new StatusError("not-found", `plugin ${JSON.stringify(name)} not found`);
const tagged = (name: string): string => familiarText(withDefaultTag(parse(name)));

/** What a plugin would be allowed to do: nothing, where there is nothing to be found. */
async function privileges(engine: Engine, { query, request }: Call) {
  const reference = withDefaultTag(parse(text(query, "remote")));
  useLogin(engine, request, reference);
  const isThere = await engine.images.remote(referenceText(reference)).then(
    () => true,
    () => false,
  );
  if (!isThere) return json([]);
  throw badRequest(`did not find plugin config for specified reference ${referenceText(reference)}`);
}

async function pull(engine: Engine, { query, request }: Call) {
  await readJson(request, PRIVILEGES);
  const reference = withDefaultTag(parse(text(query, "remote")));
  const name = text(query, "name");
  if (name !== "" && parse(name).digest !== undefined) throw badRequest("cannot use digest in plugin tag");
  useLogin(engine, request, reference);
  const { descriptor } = await engine.images.remote(referenceText(reference)).catch((error: unknown) => {
    throw new StatusError("not-found", `error resolving plugin reference: ${messageOf(error)}`);
  });
  return progressReply(async (tell) => {
    await tell({
      status: `Pulling from ${reference.path}`,
      progressDetail: {},
      id: reference.tag ?? descriptor.digest,
    });
    await tell({ status: `Digest: ${descriptor.digest}`, progressDetail: {} });
    throw new StatusError("invalid-argument", "fetched plugin image but plugin config is missing");
  });
}
