/**
 * `POST /containers/create`.
 *
 * @see moby api/server/router/container/container_routes.go postContainersCreate
 */
import { createWarnings, type Engine } from "@bottleship/core/engine";
import { StatusError } from "@bottleship/core/lib";
import type { z } from "zod";
import { requireJson } from "../../http/body.ts";
import { type ApiReply, ownJson } from "../../http/exchange.ts";
import { writtenPlatform } from "../../http/platform.ts";
import { badRequest } from "../../http/problem.ts";
import { text } from "../../http/query.ts";
import type { Call, Handler } from "../../http/router.ts";
import { whenThere } from "../../http/when-there.ts";
import { CREATE } from "../../schemas/create.ts";
import { migrateMacAddress } from "./mac-address.ts";
import { migrateSysctls } from "./migrate-sysctls.ts";
import { olderCreation } from "./older-requests.ts";

export function createHandler(engine: Engine): Handler {
  return (call) => whenThere(requireJson(call.request, CREATE), (given) => create(engine, given, call));
}

function create(engine: Engine, given: z.output<typeof CREATE>, { query, version }: Call): ApiReply {
  if (!hasConfig(given)) throw badRequest("config cannot be empty in order to create a container");
  const older = olderCreation(given, version);
  const { body, warnings } = migrateSysctls(migrateMacAddress(older, version), version);
  const wanted = hasImage(body) ? body : { ...body, Image: "" };
  const platform = text(query, "platform");
  checkPlatform(engine, wanted.Image, platform);
  const container = engine.containers.create(wanted, text(query, "name"));
  const asked = { hostConfig: wanted.HostConfig ?? {}, isChosen: platform !== "" };
  const remarks = createWarnings(container, asked, engine.kernel.machine);
  return ownJson({ Id: container.id, Warnings: [...warnings, ...remarks] }, 201);
}

function hasConfig(given: z.output<typeof CREATE>): boolean {
  for (const name in given) if (name !== "HostConfig" && name !== "NetworkingConfig") return true;
  return false;
}

const hasImage = <T extends { readonly Image?: string | undefined }>(body: T): body is T & { readonly Image: string } =>
  body.Image !== undefined;

/** @throws StatusError invalid-argument for what is no platform, not-found if the image is for another one */
function checkPlatform({ images }: Engine, name: string, platform: string): void {
  if (platform === "") return;
  const wanted = writtenPlatform(platform);
  const image = images.find(name);
  if (wanted === undefined || image === undefined) return;
  const { os, architecture } = image.config;
  const own = `${os}/${architecture}`;
  if (wanted.os === os && wanted.architecture === architecture) return;
  throw new StatusError(
    "not-found",
    `image with reference ${name} was found but its platform (${own}) does not match the specified platform (${platform})`,
  );
}
