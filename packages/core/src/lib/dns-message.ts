/**
 * DNS messages: the wire format of questions and answers.
 *
 * @see RFC 1035 section 4, RFC 3596 for AAAA
 */
import { NO_BYTES } from "./bytes.ts";
import { formatIp, ipBytes } from "./ip.ts";
import { latin1 } from "./text.ts";

export type DnsType = "A" | "NS" | "CNAME" | "SOA" | "PTR" | "MX" | "TXT" | "AAAA" | "SRV" | "ANY";

const NUMBERS: Readonly<Record<DnsType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  ANY: 255,
};
const NAMES: ReadonlyMap<number, DnsType> = new Map(
  Object.entries(NUMBERS).map(([name, number]) => [number, name as DnsType]),
);

export interface DnsQuestion {
  /** Without the dot at the end. */
  readonly name: string;
  readonly type: DnsType;
}

export interface DnsRecord extends DnsQuestion {
  readonly ttlSeconds: number;
  /** An address for A and AAAA, a name for NS, CNAME and PTR, the text for TXT. */
  readonly value: string;
}

export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly isAuthoritative: boolean;
  /** There is more than the message has room for. */
  readonly isTruncated?: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  /** 0 no error, 1 format error, 2 server failure, 3 no such name, 4 not implemented, 5 refused. */
  readonly code: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
}

export function encodeDns(message: DnsMessage): Uint8Array {
  const flags =
    (message.isResponse ? 0x8000 : 0) |
    (message.isAuthoritative ? 0x0400 : 0) |
    (message.isTruncated === true ? 0x0200 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    (message.recursionAvailable ? 0x0080 : 0) |
    message.code;
  const { questions, answers } = message;
  const writer = new Writer(lengthOf(message));
  writer.word(message.id);
  writer.word(flags);
  writer.word(questions.length);
  writer.word(answers.length);
  writer.word(0);
  writer.word(0);
  for (const { name, type } of questions) {
    writer.name(name);
    writer.word(NUMBERS[type]);
    writer.word(INTERNET);
  }
  for (const answer of answers) writer.record(answer, questions[0]?.name);
  return writer.written();
}

/** `undefined` if the bytes are no message. Records of unknown types are left out. */
export function decodeDns(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEAD_LENGTH) return undefined;
  const reader = new Reader(bytes);
  const id = reader.word();
  const flags = reader.word();
  const questionCount = reader.word();
  const answerCount = reader.word();
  reader.at = HEAD_LENGTH;
  const questions: DnsQuestion[] = [];
  const answers: DnsRecord[] = [];
  for (let i = 0; i < questionCount; i++) {
    const name = reader.name();
    const type = NAMES.get(reader.word());
    reader.word();
    if (type !== undefined) questions.push({ name, type });
  }
  for (let i = 0; i < answerCount; i++) {
    const record = reader.record();
    if (record !== undefined) answers.push(record);
  }
  if (reader.at > bytes.length) return undefined;
  return {
    id,
    isResponse: (flags & 0x8000) !== 0,
    isAuthoritative: (flags & 0x0400) !== 0,
    isTruncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    code: flags & 0xf,
    questions,
    answers,
  };
}

/** A pointer to the name of the first question, which begins behind the head. */
const QUESTION_NAME = 0xc00c;

/** The class of all questions and records. */
const INTERNET = 1;
const HEAD_LENGTH = 12;

/** Bytes that a message has at most: of names that are written as usual, and are not repeated, exactly so many. */
function lengthOf({ questions, answers }: DnsMessage): number {
  const [first] = questions;
  let length = HEAD_LENGTH;
  for (const { name } of questions) length += name.length + 2 + 4;
  for (const { name, type, value } of answers) {
    length += (name === first?.name ? 2 : name.length + 2) + 10;
    length += type === "A" ? 4 : type === "AAAA" ? 16 : value.length + 2;
  }
  return length;
}

class Writer {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
  }

  written(): Uint8Array {
    return this.#at === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#at);
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  word(value: number): void {
    this.byte(value >>> 8);
    this.byte(value);
  }

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** Labels, each behind its length. */
  name(name: string): void {
    for (let start = 0; start < name.length; ) {
      const dot = name.indexOf(".", start);
      const end = dot < 0 ? name.length : dot;
      if (end > start) {
        this.byte((end - start) & 0x3f);
        for (let i = start; i < end; i++) this.byte(name.charCodeAt(i));
      }
      start = end + 1;
    }
    this.byte(0);
  }

  /** `asked` is the name of the first question. */
  record({ name, type, ttlSeconds, value }: DnsRecord, asked: string | undefined): void {
    if (name === asked) this.word(QUESTION_NAME);
    else this.name(name);
    this.word(NUMBERS[type]);
    this.word(INTERNET);
    this.word(ttlSeconds >>> 16);
    this.word(ttlSeconds & 0xffff);
    this.word(0);
    const start = this.#at;
    this.#value(type, value);
    const length = this.#at - start;
    this.#bytes[start - 2] = length >>> 8;
    this.#bytes[start - 1] = length;
  }

  #value(type: DnsType, value: string): void {
    if (type === "A" || type === "AAAA") {
      for (const byte of ipBytes(value) ?? NO_BYTES) this.byte(byte);
    } else if (type === "TXT") {
      this.byte(value.length);
      this.text(value);
    } else this.name(value);
  }
}

/** Compressed names point back at most so often. */
const MAX_POINTERS = 32;

class Reader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  word(): number {
    const value = ((this.#bytes[this.at] ?? 0) << 8) | (this.#bytes[this.at + 1] ?? 0);
    this.at += 2;
    return value;
  }

  name(): string {
    let name = "";
    let at = this.at;
    let end: number | undefined;
    for (let pointers = 0; pointers < MAX_POINTERS; ) {
      const length = this.#bytes[at] ?? 0;
      if (length >= 0xc0) {
        end ??= at + 2;
        at = ((length & 0x3f) << 8) | (this.#bytes[at + 1] ?? 0);
        pointers++;
      } else {
        at++;
        if (length === 0) break;
        if (name !== "") name += ".";
        for (const end = at + length; at < end; at++) name += String.fromCharCode(this.#bytes[at] ?? 0);
      }
    }
    this.at = end ?? at;
    return name;
  }

  record(): DnsRecord | undefined {
    const name = this.name();
    const type = NAMES.get(this.word());
    this.word();
    const ttlSeconds = this.word() * 0x10000 + this.word();
    const length = this.word();
    const start = this.at;
    const value = this.#value(type, length);
    this.at = start + length;
    return type === undefined || value === undefined ? undefined : { name, type, ttlSeconds, value };
  }

  #value(type: DnsType | undefined, length: number): string | undefined {
    // Not a view: of short arrays those take V8 longer.
    const data = this.#bytes.slice(this.at, this.at + length);
    if (type === "A" || type === "AAAA") return formatIp(data);
    if (type === "TXT") return latin1(data.subarray(1));
    if (type === "NS" || type === "CNAME" || type === "PTR") return this.name();
    return undefined;
  }
}
