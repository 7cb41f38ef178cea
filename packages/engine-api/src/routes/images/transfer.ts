/** Images that come from and go to registries, told as progress. */
import { domainOf, type Engine, type ImageReference, registryHost } from "@bottleship/core/engine";
import { decode } from "@bottleship/core/lib";
import { z } from "zod";
import type { ApiReply, ApiRequest } from "../../http/exchange.ts";
import { progressReply, type Tell } from "../../streams/progress.ts";

type TransferEvent = Parameters<NonNullable<NonNullable<Parameters<Engine["images"]["pull"]>[1]>["onEvent"]>>[0];
type Document = Readonly<Record<string, unknown>>;
/** Takes what a transfer has to tell. */
export type TellTransfer = (document: Document) => void;

/**
 * Replies when the transfer has something to tell: what fails before that has a status of its own.
 *
 * @param work the transfer; it hands documents to `tell`
 */
export async function replyToTransfer(work: (tell: TellTransfer) => Promise<void>): Promise<ApiReply> {
  const told: Document[] = [];
  let send: Tell | undefined;
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const finished = work((document) => {
    begin();
    if (send === undefined) told.push(document);
    else void send(document);
  });
  await Promise.race([begun, finished]);
  // From now on a failure is told by the stream, which is read later.
  finished.catch(() => {});
  return progressReply(async (tell) => {
    for (const document of told.splice(0)) await tell(document);
    send = tell;
    await finished;
  });
}

export function layerDocument(event: TransferEvent): Document | undefined {
  if (event.kind === "layer") return { status: event.state, progressDetail: {}, id: event.id };
  if (event.kind === "retry") {
    const seconds = `${event.seconds} second${event.seconds === 1 ? "" : "s"}`;
    return { status: `Retrying in ${seconds}`, progressDetail: {}, id: event.id };
  }
  return undefined;
}

const LOGIN = z.object({ username: z.string().default(""), password: z.string().default("") });

/** Keeps the client's credentials for the registry of an image; without any, or with malformed ones, nothing. */
export function useLogin({ logins }: Engine, request: ApiRequest, { domain }: ImageReference): void {
  const header = request.headers.get("x-registry-auth");
  if (header === null || header === "") return;
  const login = LOGIN.safeParse(parsed(header));
  if (login.success && login.data.username !== "") logins.set(registryHost(domain), login.data);
}

/** Keeps the client's credentials for several registries, as requests for builds have them. */
export function useLogins({ logins }: Engine, request: ApiRequest): void {
  const header = request.headers.get("x-registry-config");
  if (header === null || header === "") return;
  const given = z.record(z.string(), LOGIN).safeParse(parsed(header));
  for (const [server, login] of Object.entries(given.data ?? {})) {
    if (login.username !== "") logins.set(registryHost(domainOf(server)), login);
  }
}

/** `undefined` for what cannot be read. */
function parsed(header: string): unknown {
  try {
    const binary = atob(header.replace(/-/g, "+").replace(/_/g, "/"));
    return JSON.parse(decode(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
  } catch {
    return undefined;
  }
}
