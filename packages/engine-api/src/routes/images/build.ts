/**
 * `POST /build`: the classic builder's door, with a tar archive as the context.
 *
 * @see moby api/server/router/build/build_routes.go
 */
import { type BuildRequest, sourceKind } from "@bottleship/core/build";
import {
  type ClassicBuildOptions,
  type Engine,
  extraHosts,
  openClassicBuild,
  remoteContext,
  rlimits,
  runNetwork,
} from "@bottleship/core/engine";
import { clean, gunzip, isGzip, parseInteger, readOr } from "@bottleship/core/lib";
import { readAll } from "../../http/body.ts";
import type { ApiReply } from "../../http/exchange.ts";
import { writtenPlatform } from "../../http/platform.ts";
import { badRequest } from "../../http/problem.ts";
import { flag, integer64, jsonValue, text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { progressReply } from "../../streams/progress.ts";
import { argumentsOf, LABELS, NAMES, outputsOf, ULIMITS } from "./build-query.ts";
import { type BuildTrace, buildWithBuildKit } from "./buildkit.ts";
import { parse as parseName } from "./pull.ts";
import { buildOfSession, CLIENT_SESSION, type SessionBuilds } from "./session-build.ts";
import { useLogins } from "./transfer.ts";

/** What only whoever has sockets and BuildKit's messages can do. */
export interface BuildKitDoors {
  readonly trace: BuildTrace | undefined;
  readonly sessions: SessionBuilds | undefined;
}

export async function buildHandler(
  engine: Engine,
  { request, query }: Call,
  { trace, sessions }: BuildKitDoors,
): Promise<ApiReply> {
  const isBuildKit = text(query, "version") === "2";
  const isOfSession = isBuildKit && text(query, "remote") === CLIENT_SESSION;
  checkQuery(query);
  const tags = query.getAll("t").filter((tag) => tag !== "");
  for (const tag of tags) parseName(tag);
  useLogins(engine, request);
  if (isOfSession) return buildOfSession(query, sessions);
  const sent = await readAll(request.body);
  const remote = await remoteContext(text(query, "remote"), engine);
  const tar = remote?.tar ?? (isGzip(sent) ? gunzip(sent) : sent);
  const file = text(query, "dockerfile") || "Dockerfile";
  const shared = {
    file,
    tags,
    pull: flag(query, "pull"),
    noCache: flag(query, "nocache"),
    rlimits: rlimits(jsonValue(query, "ulimits", ULIMITS, "ulimit settings") ?? []),
    buildArgs: argumentsOf(query),
    labels: jsonValue(query, "labels", LABELS, "labels") ?? {},
    cacheFrom: jsonValue(query, "cachefrom", NAMES, "cache-from") ?? [],
  };
  const shmSizeBytes = integer64(query, "shmsize") ?? 0;
  const target = text(query, "target");
  const platform = text(query, "platform");
  const networkMode = text(query, "networkmode");
  const isQuiet = flag(query, "q");
  const hosts = query.getAll("extrahosts");
  if (isBuildKit) {
    const asked: BuildRequest = {
      ...shared,
      context: { tar },
      extraHosts: extraHosts(hosts),
      network: runNetwork(networkMode),
      ...(shmSizeBytes > 0 ? { shmSizeBytes } : {}),
      ...(target === "" ? {} : { target }),
      ...(platform === "" ? {} : { platform }),
    };
    return buildWithBuildKit(engine, asked, { trace, isQuiet });
  }
  const removal = { rm: flag(query, "rm", true), forceRm: flag(query, "forcerm") };
  const limits = limitsOf(query);
  const own = { limits, tar, target, platform, networkMode, extraHosts: hosts, shmSizeBytes, isQuiet, ...removal };
  const build = await openClassicBuild(engine, { ...shared, ...own });
  return progressReply((tell, { signal }) => build(tell, signal));
}

/** What is no number is none. @see moby api/server/httputils/form.go Int64ValueOrZero */
function limitsOf(query: URLSearchParams): ClassicBuildOptions["limits"] {
  const number = (name: string): number =>
    readOr(
      () => parseInteger(text(query, name)),
      () => 0,
    );
  return {
    Memory: number("memory"),
    MemorySwap: number("memswap"),
    CpuShares: number("cpushares"),
    CpuPeriod: number("cpuperiod"),
    CpuQuota: number("cpuquota"),
    CpusetCpus: text(query, "cpusetcpus"),
    CpusetMems: text(query, "cpusetmems"),
  };
}

/** @throws StatusError invalid-argument for what no build can be asked for */
function checkQuery(query: URLSearchParams): void {
  const version = text(query, "version");
  if (!/^[12]?$/.test(version)) throw badRequest(`invalid version "${version}"`);
  if (flag(query, "squash")) throw badRequest("squash is only supported with experimental mode");
  writtenPlatform(text(query, "platform"));
  const isolation = text(query, "isolation");
  if (!/^(default)?$/i.test(isolation)) throw badRequest(`unsupported isolation: ${JSON.stringify(isolation)}`);
  if (query.has("securityopt")) throw badRequest("security options are not supported on linux");
  outputsOf(query);
  const remote = text(query, "remote");
  if (version === "2" && remote === CLIENT_SESSION) return;
  if (remote !== "" && sourceKind(remote) === "local") {
    throw badRequest(`remoteURL (${remote}) could not be recognized as URL`);
  }
  const file = text(query, "dockerfile");
  // The client sends one that lies elsewhere under a name of its own.
  if (clean(`./${file}`).startsWith("../")) throw badRequest(`forbidden path outside the build context: ${file} ()`);
}
