/**
 * Builds that are asked for at the classic endpoint, and whose files the client serves on a session.
 *
 * @see moby builder/builder-next/builder.go
 */
import { randomUUID } from "node:crypto";
import type { Engine } from "@bottleship/core/engine";
import { StatusError } from "@bottleship/core/lib";
import type { SessionBuild, SessionBuilds } from "@bottleship/engine-api";
import { ClientBuild } from "./builds.ts";
import { CODES, GrpcError } from "./grpc.ts";
import type { BuildHistory } from "./history.ts";
import { type ControlSolve, MESSAGES } from "./messages.ts";
import type { Sessions } from "./sessions.ts";

interface Parts {
  readonly engine: Engine;
  readonly sessions: Sessions;
  readonly history: BuildHistory;
}

export function sessionBuilds({ engine, sessions, history }: Parts): SessionBuilds {
  const running = new Map<string, AbortController>();
  return {
    async opened(session) {
      if (session !== "") await sessions.get(session).catch(() => {});
    },
    cancel: (id) => running.get(id)?.abort(),
    async build(asked, tell, signal) {
      const cancelled = new AbortController();
      if (asked.id !== "") running.set(asked.id, cancelled);
      const either = AbortSignal.any([signal, cancelled.signal]);
      const build = new ClientBuild(randomUUID().replaceAll("-", "").slice(0, 25), engine, sessions);
      const followed = build.follow((message) => tell(MESSAGES.progress.encode(message)), either);
      const request = solveRequest(build.ref, asked);
      let failure: unknown;
      try {
        await checkSession(sessions, asked.session);
        build.ask(request);
        await build.run(asked.options, either);
        await build.export();
        return { image: build.exported(request)["containerimage.digest"] };
      } catch (error) {
        failure = error;
        throw error instanceof GrpcError ? new StatusError("internal", error.message) : error;
      } finally {
        if (running.get(asked.id) === cancelled) running.delete(asked.id);
        build.end();
        history.add(build, failure);
        await followed;
      }
    },
  };
}

/** The Dockerfile is what is wanted first. @throws GrpcError without a session that it could come from */
async function checkSession(sessions: Sessions, session: string): Promise<void> {
  const reading = "failed to read dockerfile: ";
  if (session === "") {
    throw new GrpcError(
      CODES.unknown,
      `${reading}failed to load cache key: could not access local files without session`,
    );
  }
  await sessions.get(session).catch((error: unknown) => {
    throw error instanceof GrpcError ? new GrpcError(error.code, reading + error.message) : error;
  });
}

function solveRequest(ref: string, { session, options, exporter, cacheFrom }: SessionBuild): ControlSolve {
  return {
    Ref: ref,
    Session: session,
    Frontend: "dockerfile.v0",
    FrontendAttrs: options,
    Exporters: exporter === undefined ? [] : [{ Type: exporter.type, Attrs: exporter.attrs }],
    ExporterDeprecated: "",
    ExporterAttrsDeprecated: {},
    Cache: { Exports: [], Imports: cacheFrom.map((ref) => ({ Type: "registry", Attrs: { ref } })) },
    Entitlements: options["force-network-mode"] === "host" ? ["network.host"] : [],
  };
}
