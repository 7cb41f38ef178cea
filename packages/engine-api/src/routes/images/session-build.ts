/**
 * `POST /build?version=2&remote=client-session`: a build by BuildKit whose files the client serves on a session of its own,
 * as `DOCKER_BUILDKIT=1 docker build` does before Docker 23.
 *
 * Sessions are connections that stay open: whoever has sockets has them, and does the building.
 *
 * @see moby builder/builder-next/builder.go Build
 */
import { base64, StatusError } from "@bottleship/core/lib";
import type { ApiReply } from "../../http/exchange.ts";
import { flag, integer64, jsonValue, text } from "../../http/query.ts";
import { progressReply } from "../../streams/progress.ts";
import { argumentsOf, LABELS, NAMES, outputsOf, ULIMITS } from "./build-query.ts";

/** What is to be built, and what is to become of it. */
export interface SessionBuild {
  readonly session: string;
  /** "" for a build that nobody can cancel. */
  readonly id: string;
  /** Options of the Dockerfile frontend. */
  readonly options: Readonly<Record<string, string>>;
  /** Undefined where nothing is to become of it. */
  readonly exporter: { readonly type: string; readonly attrs: Readonly<Record<string, string>> } | undefined;
  readonly cacheFrom: readonly string[];
}

/** What somebody with sockets does for such builds. */
export interface SessionBuilds {
  /** Waits for the client to open a session, for as long as a client may take. */
  opened(session: string): Promise<void>;
  /**
   * Builds; tells what happens as messages `moby.buildkit.v1.StatusResponse`.
   *
   * @returns the image, if there is one @throws StatusError
   */
  build(
    asked: SessionBuild,
    tell: (message: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<{ readonly image: string | undefined }>;
  /** Ends a build, if it goes on. */
  cancel(id: string): void;
}

export const CLIENT_SESSION = "client-session";

/** @throws StatusError not-implemented where there are no sessions, and for outputs that cannot be had */
export async function buildOfSession(query: URLSearchParams, builds: SessionBuilds | undefined): Promise<ApiReply> {
  if (builds === undefined) {
    throw new StatusError(
      "not-implemented",
      "POST /build takes no context from a BuildKit session here: send it as the body, or use bottleship serve",
    );
  }
  // A client that hears of an error before it has opened its session never closes it.
  await builds.opened(text(query, "session"));
  const asked = askedIn(query);
  const isQuiet = flag(query, "q");
  return progressReply(async (tell, { signal }) => {
    const write = (message: Uint8Array): void => {
      if (!isQuiet) void tell({ id: "moby.buildkit.trace", aux: base64(message) });
    };
    const { image } = await builds.build(asked, write, signal);
    if (image === undefined) return;
    await tell(isQuiet ? { stream: `${image}\n` } : { id: "moby.image.id", aux: { ID: image } });
  });
}

function askedIn(query: URLSearchParams): SessionBuild {
  return {
    session: text(query, "session"),
    id: text(query, "buildid"),
    options: optionsIn(query),
    exporter: exporterIn(query),
    cacheFrom: jsonValue(query, "cachefrom", NAMES, "cache-from") ?? [],
  };
}

/** The options of the build, as buildx would give them. */
function optionsIn(query: URLSearchParams): Readonly<Record<string, string>> {
  const file = text(query, "dockerfile");
  const network = text(query, "networkmode");
  const shmSize = integer64(query, "shmsize") ?? 0;
  const hosts = query.getAll("extrahosts").map((host) => host.replace(/[:=]/, "="));
  const limits = jsonValue(query, "ulimits", ULIMITS, "ulimit settings") ?? [];
  const said = {
    filename: file === "." ? "" : file,
    target: text(query, "target"),
    platform: text(query, "platform"),
    "add-hosts": hosts.join(","),
    "force-network-mode": network === "default" ? "" : network,
    "shm-size": shmSize > 0 ? String(shmSize) : "",
    "cgroup-parent": text(query, "cgroupparent"),
    ulimit: limits.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`).join(","),
  };
  return {
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== "")),
    "image-resolve-mode": flag(query, "pull") ? "pull" : "default",
    ...(flag(query, "nocache") && { "no-cache": "" }),
    ...prefixed("build-arg:", argumentsOf(query)),
    ...prefixed("label:", jsonValue(query, "labels", LABELS, "labels") ?? {}),
  };
}

const prefixed = (prefix: string, pairs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(pairs).map(([name, value]) => [prefix + name, value]));

/** What the daemon's own images are called as outputs. */
const IMAGES: ReadonlySet<string> = new Set(["", "docker", "image", "moby"]);
const FILES: ReadonlySet<string> = new Set(["local", "tar"]);

function exporterIn(query: URLSearchParams): SessionBuild["exporter"] {
  const [first, ...others] = outputsOf(query);
  if (others.length > 0) throw new StatusError("internal", "multiple outputs not supported");
  const { Type: type = "", Attrs: attrs = {} } = first ?? {};
  if (type === "cacheonly") return undefined;
  if (FILES.has(type)) return { type, attrs };
  if (!IMAGES.has(type)) throw new StatusError("internal", `exporter ${JSON.stringify(type)} could not be found`);
  const names = query.getAll("t").filter((tag) => tag !== "");
  return { type: "moby", attrs: names.length === 0 ? attrs : { ...attrs, name: names.join(",") } };
}
