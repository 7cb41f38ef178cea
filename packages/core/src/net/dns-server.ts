/**
 * A DNS server inside a stack: a function from a question to an answer, on a UDP port of its own and behind a rule that
 * sends port 53 there. Docker's embedded server at 127.0.0.11 is one.
 *
 * @see moby libnetwork/resolver.go
 */
import { Errno } from "../abi/index.ts";
import { type DnsQuestion, type DnsRecord, decodeDns, encodeDns } from "../lib/index.ts";
import type { Rule } from "./firewall.ts";
import type { NetStack } from "./net-stack.ts";
import { TcpSocket } from "./tcp-socket.ts";
import { UdpSocket } from "./udp-socket.ts";

/** The code is that of the message: 0 fine, 2 failure, 3 no such name. */
export interface DnsAnswer {
  readonly code: number;
  readonly records: readonly DnsRecord[];
}

const DNS_PORT = 53;

export class DnsServer {
  readonly #stack: NetStack;
  readonly #answer: (question: DnsQuestion) => DnsAnswer;
  readonly #udp: UdpSocket;
  readonly #tcp: TcpSocket;
  readonly #rules: readonly Rule[];
  #open = true;

  /** Serves port 53 of `address`, which is one of the stack's own. */
  constructor(stack: NetStack, address: string, answer: (question: DnsQuestion) => DnsAnswer) {
    this.#stack = stack;
    this.#answer = answer;
    this.#udp = new UdpSocket(stack, "inet");
    this.#udp.bind({ family: "inet", address, port: 0 });
    this.#tcp = new TcpSocket(stack, "inet");
    this.#tcp.bind({ family: "inet", address, port: 0 });
    this.#tcp.listen(1);
    const rule = (protocol: "tcp" | "udp", port: number): Rule => ({
      destination: { address, length: 32 },
      protocol,
      port: DNS_PORT,
      target: { kind: "dnat", to: { address, port } },
    });
    this.#rules = [rule("tcp", this.#tcp.local.port), rule("udp", this.#udp.local.port)];
    stack.firewall.addChain("nat", "DOCKER_OUTPUT");
    stack.firewall.append("nat", "OUTPUT", {
      destination: { address, length: 32 },
      target: { kind: "jump", chain: "DOCKER_OUTPUT" },
    });
    for (const one of this.#rules) stack.firewall.append("nat", "DOCKER_OUTPUT", one);
    this.#wait();
  }

  close(): void {
    this.#open = false;
    this.#udp.close();
    this.#tcp.close();
    for (const one of this.#rules) this.#stack.firewall.remove("nat", "DOCKER_OUTPUT", one);
  }

  #wait(): void {
    if (this.#open) this.#udp.ready.add({ notify: () => this.#serve() });
  }

  #serve(): void {
    for (;;) {
      const received = this.#udp.receive(512, { peek: false });
      if (received === undefined) break;
      const query = decodeDns(received.data);
      const question = query?.questions[0];
      if (query === undefined || question === undefined || received.from === undefined) continue;
      const { code, records } = this.#answer(question);
      const reply = encodeDns({
        ...query,
        isResponse: true,
        isAuthoritative: false,
        recursionAvailable: true,
        code,
        answers: records,
      });
      try {
        this.#udp.send(reply, received.from);
      } catch (error) {
        // Who asked has gone.
        if (!(error instanceof Errno)) throw error;
      }
    }
    this.#wait();
  }
}
