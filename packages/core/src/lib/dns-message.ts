/**
 * DNS messages: the wire format of questions and answers.
 *
 * @see RFC 1035 section 4, RFC 3596 for AAAA
 */
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
  const writer = new Writer();
  writer.words(message.id, flags, questions.length, answers.length, 0, 0);
  for (const { name, type } of questions) {
    writer.name(name);
    writer.words(NUMBERS[type], 1);
  }
  for (const answer of answers) writer.record(answer, questions[0]?.name);
  return Uint8Array.from(writer.bytes);
}

/** `undefined` if the bytes are no message. Records of unknown types are left out. */
export function decodeDns(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < 12) return undefined;
  const reader = new Reader(bytes);
  const [id, flags, questionCount, answerCount] = [reader.word(), reader.word(), reader.word(), reader.word()];
  reader.at = 12;
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

class Writer {
  readonly bytes: number[] = [];

  words(...values: readonly number[]): void {
    for (const value of values) this.bytes.push((value >>> 8) & 0xff, value & 0xff);
  }

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes.push(text.charCodeAt(i) & 0xff);
  }

  name(name: string): void {
    for (const label of name.split(".")) {
      if (label === "") continue;
      this.bytes.push(label.length & 0x3f);
      this.text(label);
    }
    this.bytes.push(0);
  }

  /** `asked` is the name of the first question. */
  record({ name, type, ttlSeconds, value }: DnsRecord, asked: string | undefined): void {
    if (name === asked) this.words(QUESTION_NAME);
    else this.name(name);
    this.words(NUMBERS[type], 1, ttlSeconds >>> 16, ttlSeconds & 0xffff, 0);
    const start = this.bytes.length;
    this.#value(type, value);
    const length = this.bytes.length - start;
    this.bytes[start - 2] = (length >>> 8) & 0xff;
    this.bytes[start - 1] = length & 0xff;
  }

  #value(type: DnsType, value: string): void {
    if (type === "A" || type === "AAAA") {
      this.bytes.push(...(ipBytes(value) ?? []));
    } else if (type === "TXT") {
      this.bytes.push(value.length & 0xff);
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
    const labels: string[] = [];
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
        labels.push(latin1(this.#bytes.subarray(at, at + length)));
        at += length;
      }
    }
    this.at = end ?? at;
    return labels.join(".");
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
    const data = this.#bytes.subarray(this.at, this.at + length);
    if (type === "A" || type === "AAAA") return formatIp(data);
    if (type === "TXT") return latin1(data.subarray(1));
    if (type === "NS" || type === "CNAME" || type === "PTR") return this.name();
    return undefined;
  }
}
