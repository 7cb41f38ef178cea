/**
 * DNS messages: the wire format of questions and answers.
 *
 * @see RFC 1035 section 4, RFC 3596 for AAAA
 */
import { concat } from "./bytes.ts";
import { formatIp, ipBytes } from "./ip.ts";
import { fromLatin1, latin1 } from "./text.ts";

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
  return concat([
    numbers16(message.id, flags, questions.length, answers.length, 0, 0),
    ...questions.flatMap(({ name, type }) => [encodeName(name), numbers16(NUMBERS[type], 1)]),
    ...answers.flatMap((answer) => encodeRecord(answer, questions[0]?.name)),
  ]);
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
const QUESTION_NAME = Uint8Array.of(0xc0, 12);

function encodeRecord({ name, type, ttlSeconds, value }: DnsRecord, asked: string | undefined): readonly Uint8Array[] {
  const data =
    type === "A" || type === "AAAA"
      ? (ipBytes(value) ?? new Uint8Array(0))
      : type === "TXT"
        ? concat([Uint8Array.of(value.length), fromLatin1(value)])
        : encodeName(value);
  const ttl = numbers16(ttlSeconds >>> 16, ttlSeconds & 0xffff);
  const owner = name === asked ? QUESTION_NAME : encodeName(name);
  return [owner, numbers16(NUMBERS[type], 1), ttl, numbers16(data.length), data];
}

function encodeName(name: string): Uint8Array {
  const labels = name.split(".").filter((label) => label !== "");
  return concat([
    ...labels.flatMap((label) => [Uint8Array.of(label.length & 0x3f), fromLatin1(label)]),
    new Uint8Array(1),
  ]);
}

function numbers16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >>> 8) & 0xff, value & 0xff]));
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
