/**
 * Reads messages from a stream of bytes, as they come: heads, and bodies by their length, in chunks, or to the end.
 *
 * @see RFC 9112 sections 2, 6, 7
 */
import { concat, decode, NO_BYTES } from "../../lib/index.ts";
import { type Fields, field, type Head, hasToken, parseHead } from "./message.ts";

/** Longer heads are refused. Apache's LimitRequestFieldSize with its request line. */
const HEAD_MAX = 65_536;
/** Longer bodies are refused. nginx's client_max_body_size is 1 MiB; a test server is more generous. */
const BODY_MAX = 64 * 1_048_576;
const LF = 10;

/** Why a message cannot be read, as the status to answer with. */
export class HttpError {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

export interface Message extends Head {
  readonly body: Uint8Array;
}

/** How a body ends. */
type Framing = { readonly kind: "length"; readonly length: number } | { readonly kind: "chunked" | "close" };

export class MessageReader {
  #bytes: Uint8Array = NO_BYTES;
  #head: Head | undefined;
  #framing: Framing = { kind: "length", length: 0 };
  #chunks: Uint8Array[] = [];
  #bodyLength = 0;
  #ended = false;
  readonly #isResponse: boolean;

  constructor(kind: "request" | "response") {
    this.#isResponse = kind === "response";
  }

  /** More of the stream. */
  push(bytes: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : concat([this.#bytes, bytes]);
  }

  /** The stream has ended. */
  end(): void {
    this.#ended = true;
  }

  /** Bytes that no message has been made of yet. */
  get isEmpty(): boolean {
    return this.#bytes.length === 0 && this.#head === undefined;
  }

  /** The head of the message that is being read, once it is there. */
  get head(): Head | undefined {
    return this.#head;
  }

  /** The next whole message. @throws HttpError for what is none */
  next({ hasBody = true }: { readonly hasBody?: boolean } = {}): Message | undefined {
    if (this.#head === undefined && !this.#readHead(hasBody)) return undefined;
    const { line, fields } = this.#head as Head;
    if (!this.#readBody()) return undefined;
    const body = concat(this.#chunks);
    this.#head = undefined;
    this.#chunks = [];
    this.#bodyLength = 0;
    return { line, fields, body };
  }

  #readHead(hasBody: boolean): boolean {
    // Empty lines before a message are skipped.
    while (this.#bytes[0] === 13 || this.#bytes[0] === LF) this.#bytes = this.#bytes.subarray(1);
    const end = endOfHead(this.#bytes);
    if (end === undefined) {
      if (this.#bytes.length > HEAD_MAX) throw new HttpError(431);
      return false;
    }
    const head = parseHead(this.#bytes.subarray(0, end));
    if (head === undefined) throw new HttpError(400);
    this.#bytes = this.#bytes.subarray(end);
    this.#head = head;
    this.#framing = hasBody ? this.#framingOf(head.fields) : { kind: "length", length: 0 };
    return true;
  }

  #framingOf(fields: Fields): Framing {
    if (hasToken(fields, "transfer-encoding", "chunked")) return { kind: "chunked" };
    const text = field(fields, "content-length");
    if (text === undefined) return this.#isResponse ? { kind: "close" } : { kind: "length", length: 0 };
    if (!/^\d+$/.test(text)) throw new HttpError(400);
    if (Number(text) > BODY_MAX) throw new HttpError(413);
    return { kind: "length", length: Number(text) };
  }

  #readBody(): boolean {
    const framing = this.#framing;
    switch (framing.kind) {
      case "length":
        if (this.#bytes.length < framing.length) return false;
        this.#take(framing.length);
        return true;
      case "close":
        this.#take(this.#bytes.length);
        return this.#ended;
      case "chunked":
        return this.#readChunks();
    }
  }

  #readChunks(): boolean {
    for (;;) {
      const newline = this.#bytes.indexOf(LF);
      if (newline < 0) return false;
      const size = Number.parseInt(decode(this.#bytes.subarray(0, newline)), 16);
      if (!(size >= 0)) throw new HttpError(400);
      if (size === 0) return this.#readTrailer(newline + 1);
      if (this.#bytes.length < newline + 1 + size + 2) return false;
      this.#bytes = this.#bytes.subarray(newline + 1);
      this.#take(size);
      this.#bytes = this.#bytes.subarray(2);
    }
  }

  /** Fields behind the last chunk are dropped. */
  #readTrailer(start: number): boolean {
    for (let at = start; ; ) {
      const newline = this.#bytes.indexOf(LF, at);
      if (newline < 0) return false;
      const isEmpty = newline === at || (newline === at + 1 && this.#bytes[at] === 13);
      at = newline + 1;
      if (!isEmpty) continue;
      this.#bytes = this.#bytes.subarray(at);
      return true;
    }
  }

  #take(length: number): void {
    this.#bodyLength += length;
    if (this.#bodyLength > BODY_MAX) throw new HttpError(413);
    if (length > 0) this.#chunks.push(this.#bytes.slice(0, length));
    this.#bytes = this.#bytes.subarray(length);
  }
}

/** Where the empty line ends that closes a head. */
function endOfHead(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === LF) return at + 3;
  }
  return undefined;
}
