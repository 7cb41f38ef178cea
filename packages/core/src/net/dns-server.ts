/**
 * A DNS server inside a stack: a function from a question to an answer, on ports of its own and behind rules that send
 * port 53 there. What it does not know, others are asked. Docker's embedded server at 127.0.0.11 is one.
 *
 * Unlike Docker's, it does not take questions over TCP, though it listens there.
 *
 * @see moby libnetwork/resolver.go
 */
import { Errno, type SocketAddress } from "../abi/index.ts";
import { type DnsMessage, type DnsQuestion, type DnsRecord, decodeDns, encodeDns } from "../lib/index.ts";
import type { Waiter } from "../sim/index.ts";
import { codeOf, type DnsUpstream, forwardDns } from "./dns-forwarder.ts";
import type { Rule } from "./firewall.ts";
import type { NetStack } from "./net-stack.ts";
import { TcpSocket } from "./tcp-socket.ts";
import { UdpSocket } from "./udp-socket.ts";

/** The code is that of the message: 0 fine, 2 failure, 3 no such name. */
export interface DnsAnswer {
  readonly code: number;
  readonly records: readonly DnsRecord[];
}

/** What a server knows, and whom it asks. */
export interface DnsBackend {
  /** `undefined` if others are to be asked. */
  answer(question: DnsQuestion): DnsAnswer | undefined;
  upstreams(): readonly DnsUpstream[];
  /** Nobody knows the name. */
  missed?(question: DnsQuestion): void;
}

const DNS_PORT = 53;
const QUESTION_LIMIT = 512;
/** Bytes of an answer over UDP. @see RFC 1035 section 4.2.1 */
const ANSWER_LIMIT = 512;
const SERVER_FAILURE = 2;
const NO_SUCH_NAME = 3;

export class DnsServer implements Waiter {
  readonly #stack: NetStack;
  readonly #backend: DnsBackend;
  readonly #udp: UdpSocket;
  readonly #tcp: TcpSocket;
  readonly #rules: readonly Rule[];
  #open = true;

  /**
   * Serves port 53 of `address`, which is one of the stack's own: behind a rule that leads the stack's own questions to
   * a port of the server's, or with `port` on that port itself, for everybody.
   */
  constructor(stack: NetStack, address: string, backend: DnsBackend, { port = 0 }: { readonly port?: number } = {}) {
    this.#stack = stack;
    this.#backend = backend;
    this.#udp = new UdpSocket(stack, "inet");
    this.#udp.bind({ family: "inet", address, port });
    this.#tcp = new TcpSocket(stack, "inet");
    this.#tcp.bind({ family: "inet", address, port });
    this.#tcp.listen(1);
    this.#rules = port === 0 ? this.#redirect(address) : [];
    this.#wait();
  }

  /** Leads what the stack itself sends to port 53 to where the server listens. */
  #redirect(address: string): readonly Rule[] {
    const { firewall } = this.#stack;
    const rule = (protocol: "tcp" | "udp", port: number): Rule => ({
      destination: { address, length: 32 },
      protocol,
      port: DNS_PORT,
      target: { kind: "dnat", to: { address, port } },
    });
    const rules = [rule("tcp", this.#tcp.local.port), rule("udp", this.#udp.local.port)];
    firewall.addChain("nat", "DOCKER_OUTPUT");
    firewall.append("nat", "OUTPUT", {
      destination: { address, length: 32 },
      target: { kind: "jump", chain: "DOCKER_OUTPUT" },
    });
    for (const one of rules) firewall.append("nat", "DOCKER_OUTPUT", one);
    return rules;
  }

  close(): void {
    this.#open = false;
    this.#udp.close();
    this.#tcp.close();
    for (const one of this.#rules) this.#stack.firewall.remove("nat", "DOCKER_OUTPUT", one);
  }

  #wait(): void {
    if (this.#open) this.#udp.ready.add(this);
  }

  /** Questions have come in. */
  notify(): void {
    for (;;) {
      const received = this.#udp.receive(QUESTION_LIMIT, { peek: false });
      if (received === undefined) break;
      if (received.from !== undefined) this.#reply(received.data, received.from);
    }
    this.#wait();
  }

  #reply(query: Uint8Array, from: SocketAddress): void {
    const message = decodeDns(query);
    if (message === undefined) return;
    const [question] = message.questions;
    const known = question === undefined ? undefined : this.#backend.answer(question);
    if (known === undefined) {
      forwardDns(query, this.#backend.upstreams(), (answer) => {
        const isKnown = answer !== undefined && codeOf(answer) !== NO_SUCH_NAME;
        if (!isKnown && question !== undefined) this.#backend.missed?.(question);
        this.#send(answer ?? failureOf(query), from);
      });
      return;
    }
    let { records } = known;
    let bytes = answerTo(message, known.code, records, false);
    while (bytes.length > ANSWER_LIMIT) {
      records = records.slice(0, -1);
      bytes = answerTo(message, known.code, records, true);
    }
    this.#send(bytes, from);
  }

  #send(bytes: Uint8Array, to: SocketAddress): void {
    if (!this.#open) return;
    try {
      this.#udp.send(bytes, to);
    } catch (error) {
      // Who asked has gone.
      if (!(error instanceof Errno)) throw error;
    }
  }
}

function answerTo(
  { id, recursionDesired, questions }: DnsMessage,
  code: number,
  answers: readonly DnsRecord[],
  isTruncated: boolean,
): Uint8Array {
  const [isResponse, isAuthoritative, recursionAvailable] = [true, false, true];
  return encodeDns({
    id,
    isResponse,
    isAuthoritative,
    isTruncated,
    recursionDesired,
    recursionAvailable,
    code,
    questions,
    answers,
  });
}

/** The question, marked as one that could not be answered. */
function failureOf(query: Uint8Array): Uint8Array {
  const reply = query.slice();
  reply[2] = (reply[2] ?? 0) | 0x80;
  reply[3] = 0x80 | SERVER_FAILURE;
  return reply;
}
