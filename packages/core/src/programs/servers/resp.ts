/** RESP, the protocol of Redis: values to bytes, and commands from bytes. @see https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import { concat, encode, fromLatin1, latin1 } from "../../lib/index.ts";

/** What a command answers. Texts are byte strings: one character a byte. */
export type Reply =
  | { readonly kind: "status" | "error"; readonly text: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "bulk"; readonly text: string | undefined }
  | { readonly kind: "array"; readonly items: readonly Reply[] | undefined };

export const status = (text: string): Reply => ({ kind: "status", text });
export const failure = (text: string): Reply => ({ kind: "error", text });
export const integer = (value: number): Reply => ({ kind: "integer", value });
export const bulk = (text: string | undefined): Reply => ({ kind: "bulk", text });
export const array = (items: readonly Reply[]): Reply => ({ kind: "array", items });

export const OK = status("OK");

/** A reply as bytes. */
export function replyBytes(reply: Reply): Uint8Array {
  switch (reply.kind) {
    case "status":
      return encode(`+${reply.text}\r\n`);
    case "error":
      return encode(`-${reply.text}\r\n`);
    case "integer":
      return encode(`:${reply.value}\r\n`);
    case "bulk":
      if (reply.text === undefined) return encode("$-1\r\n");
      return concat([encode(`$${reply.text.length}\r\n`), fromLatin1(reply.text), encode("\r\n")]);
    case "array":
      if (reply.items === undefined) return encode("*-1\r\n");
      return concat([encode(`*${reply.items.length}\r\n`), ...reply.items.map(replyBytes)]);
  }
}

/** A command as a client sends it. */
export const commandBytes = (words: readonly string[]): Uint8Array =>
  replyBytes(array(words.map((word) => bulk(word))));

/** Why bytes are no command. */
export class ProtocolError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Reads values from a stream of bytes. */
export class RespReader {
  #text = "";

  push(bytes: Uint8Array): void {
    this.#text += latin1(bytes);
  }

  /** The next whole command. @throws ProtocolError */
  command(): readonly string[] | undefined {
    if (this.#text === "") return undefined;
    if (!this.#text.startsWith("*")) {
      const line = this.#line(0);
      if (line === undefined) return undefined;
      this.#text = this.#text.slice(line.end);
      return line.text.trim().split(/\s+/);
    }
    const parsed = this.#value(0);
    if (parsed === undefined) return undefined;
    this.#text = this.#text.slice(parsed.end);
    const { reply } = parsed;
    if (reply.kind !== "array") return [];
    return (reply.items ?? []).map((item) => (item.kind === "bulk" ? (item.text ?? "") : ""));
  }

  /** The next whole reply. @throws ProtocolError */
  reply(): Reply | undefined {
    const parsed = this.#text === "" ? undefined : this.#value(0);
    if (parsed !== undefined) this.#text = this.#text.slice(parsed.end);
    return parsed?.reply;
  }

  #line(at: number): { readonly text: string; readonly end: number } | undefined {
    const newline = this.#text.indexOf("\n", at);
    if (newline < 0) return undefined;
    return { text: this.#text.slice(at, newline).replace(/\r$/, ""), end: newline + 1 };
  }

  #value(at: number): { readonly reply: Reply; readonly end: number } | undefined {
    const line = this.#line(at);
    if (line === undefined) return undefined;
    const rest = line.text.slice(1);
    switch (line.text[0]) {
      case "+":
        return { reply: status(rest), end: line.end };
      case "-":
        return { reply: failure(rest), end: line.end };
      case ":":
        return { reply: integer(Number(rest)), end: line.end };
      case "$":
        return this.#bulk(Number(rest), line.end);
      case "*":
        return this.#array(Number(rest), line.end);
      default:
        throw new ProtocolError(`expected '$', got '${line.text[0] ?? ""}'`);
    }
  }

  #bulk(length: number, at: number): { readonly reply: Reply; readonly end: number } | undefined {
    if (length < 0) return { reply: bulk(undefined), end: at };
    if (!Number.isInteger(length)) throw new ProtocolError("invalid bulk length");
    if (this.#text.length < at + length + 2) return undefined;
    return { reply: bulk(this.#text.slice(at, at + length)), end: at + length + 2 };
  }

  #array(length: number, start: number): { readonly reply: Reply; readonly end: number } | undefined {
    if (length < 0) return { reply: { kind: "array", items: undefined }, end: start };
    if (!Number.isInteger(length)) throw new ProtocolError("invalid multibulk length");
    const items: Reply[] = [];
    let at = start;
    for (let i = 0; i < length; i++) {
      const item = this.#value(at);
      if (item === undefined) return undefined;
      items.push(item.reply);
      at = item.end;
    }
    return { reply: array(items), end: at };
  }
}
