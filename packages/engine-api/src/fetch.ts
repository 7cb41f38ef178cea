/** The API as `(Request) => Promise<Response>`: for clients in the same process, and for tests without sockets. */
import type { EngineApi } from "./api.ts";
import type { ApiReply, ApiRequest, HijackedStream, Output } from "./http/exchange.ts";
import { Query } from "./http/form.ts";
import { COMMON_HEADERS } from "./http/version.ts";
import { RAW_STREAM } from "./streams/frames.ts";

/** How much is written that nobody has read yet: about what a socket holds. */
const UNREAD_BYTES = 64 * 1024;

export type ApiFetch = (request: Request) => Promise<Response>;

/**
 * Hijacked streams are plain ones here: the request's body is the input, the response's body the output.
 */
export function createFetch(api: EngineApi): ApiFetch {
  return async (request) => {
    const url = new URL(request.url);
    const apiRequest: ApiRequest = {
      method: request.method,
      path: url.pathname,
      query: new Query(url.search.slice(1)),
      headers: request.headers,
      body: chunksOf(request.body),
      signal: request.signal,
    };
    return toResponse(await api.handle(apiRequest), apiRequest);
  };
}

function toResponse(reply: ApiReply, request: ApiRequest): Response {
  const hasBody = request.method !== "HEAD";
  switch (reply.kind) {
    case "whole": {
      const { status, body } = reply;
      const isEmpty = !hasBody || status === 204 || status === 304;
      return new Response(isEmpty ? null : Uint8Array.from(body), {
        status,
        headers: { ...COMMON_HEADERS, ...reply.headers },
      });
    }
    case "stream":
      return new Response(hasBody ? streamOf(request, reply.run) : null, {
        status: reply.status,
        headers: { ...COMMON_HEADERS, ...reply.headers },
      });
    case "hijack": {
      const run = (output: Output): Promise<void> => {
        const stream: HijackedStream = { ...output, input: request.body };
        return reply.run(stream);
      };
      return new Response(streamOf(request, run), {
        status: 200,
        headers: { ...COMMON_HEADERS, "Content-Type": RAW_STREAM },
      });
    }
  }
}

/** What `run` writes. It is cancelled when the reader cancels, or when the request is aborted. */
function streamOf(request: ApiRequest, run: (output: Output) => Promise<void>): ReadableStream<Uint8Array> {
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, request.signal]);
  let wanted: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = async (bytes: Uint8Array): Promise<void> => {
          if (signal.aborted) return;
          // A copy, as a connection makes one: the bytes may be those of a file.
          controller.enqueue(bytes.slice());
          if ((controller.desiredSize ?? 1) > 0) return;
          await new Promise<void>((resolve) => {
            wanted = resolve;
          });
        };
        signal.addEventListener("abort", () => wanted?.(), { once: true });
        run({ write, signal }).then(
          () => {
            if (!signal.aborted) controller.close();
          },
          (error: unknown) => {
            if (!signal.aborted) controller.error(error);
          },
        );
      },
      pull: () => wanted?.(),
      cancel: () => abort.abort(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: UNREAD_BYTES }),
  );
}

async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    reader.releaseLock();
  }
}
