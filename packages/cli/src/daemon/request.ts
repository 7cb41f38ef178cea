/** Requests to a daemon that runs, where `--host` or DOCKER_HOST says. */
import { type IncomingMessage, request } from "node:http";
import { parseAddress } from "@bottleship/node";
import { UsageError } from "../terminal.ts";

/** The daemon has said no, or there is none. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
}

export interface DaemonRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: URLSearchParams;
  /** A JSON document. */
  readonly body?: string;
}

/** Sends a request, and hands on the pieces of the answer. @throws DaemonError */
export async function ask(host: string, asked: DaemonRequest, take: (piece: Uint8Array) => void): Promise<void> {
  const response = await answerTo(host, asked);
  const { statusCode = 0 } = response;
  if (statusCode < 400) {
    for await (const piece of response) take(piece as Uint8Array);
    return;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of response) pieces.push(piece as Uint8Array);
  throw new DaemonError(messageOf(Buffer.concat(pieces).toString(), statusCode));
}

function answerTo(host: string, { method, path, query, body }: DaemonRequest): Promise<IncomingMessage> {
  const address = addressOf(host);
  const text = query?.toString() ?? "";
  return new Promise((resolve, reject) => {
    const sent = request({
      ...(address.kind === "unix" ? { socketPath: address.path } : { host: address.host, port: address.port }),
      method,
      path: text === "" ? path : `${path}?${text}`,
      headers: { "User-Agent": "bottleship", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      agent: false,
    });
    sent.on("error", (error) => reject(new DaemonError(`no daemon at ${host}: ${error.message}`)));
    sent.on("response", resolve);
    sent.end(body);
  });
}

function addressOf(host: string) {
  try {
    return parseAddress(host);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** What an answer says is wrong. A real engine knows nothing of `/bottleship`. */
function messageOf(text: string, status: number): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (message === "page not found") return "the daemon is not one of bottleship";
    if (typeof message === "string") return message;
  } catch {
    // The reply is no JSON: there is no message in it.
  }
  return `the daemon has answered with status ${status}`;
}
