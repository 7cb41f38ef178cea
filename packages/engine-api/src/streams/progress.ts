/** Progress as a stream of JSON documents, one a line; an error after the status has been sent is one of them. */
import { ClassicBuildError } from "@bottleship/core/engine";
import { encode, escapeHtml } from "@bottleship/core/lib";
import { type ApiReply, type Output, stream } from "../http/exchange.ts";
import { messageOf } from "../http/problem.ts";

export type Tell = (document: Readonly<Record<string, unknown>>) => Promise<void>;

/** Lines end with CR and LF. @see moby pkg/streamformatter */
export function progressReply(work: (tell: Tell, output: Output) => Promise<void>): ApiReply {
  return stream("application/json", async (output) => {
    const tell: Tell = (document) => output.write(encode(`${escapeHtml(JSON.stringify(document))}\r\n`));
    try {
      await work(tell, output);
    } catch (error) {
      if (output.signal.aborted) return;
      const message = messageOf(error);
      const code = codeOf(error);
      await tell({ errorDetail: { ...(code === undefined ? {} : { code }), message }, error: message });
    }
  });
}

function codeOf(error: unknown): number | undefined {
  return error instanceof ClassicBuildError ? error.code : undefined;
}
