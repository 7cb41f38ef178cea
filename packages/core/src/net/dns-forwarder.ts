/**
 * Asks other name servers on behalf of who asked this one: each in turn, until one has an answer that is none of failure.
 *
 * @see moby libnetwork/resolver.go: forwardExtDNS
 */
import { Errno } from "../abi/index.ts";
import { familyOf } from "../lib/index.ts";
import type { NetStack } from "./net-stack.ts";
import { UdpSocket } from "./udp-socket.ts";

/** A name server, and the stack that it is asked from. */
export interface DnsUpstream {
  readonly stack: NetStack;
  readonly address: string;
}

const DNS_PORT = 53;
const ANSWER_LIMIT = 65_535;
/** How long one server has. @see moby libnetwork/resolver.go: extIOTimeout */
const PATIENCE_US = 4_000_000;
const SERVER_FAILURE = 2;
const REFUSED = 5;

/** The code of an answer: the last four bits of its flags. */
export const codeOf = (message: Uint8Array): number => (message[3] ?? 0) & 0xf;

/** Calls `done` with the answer; with `undefined` if no server has one. */
export function forwardDns(
  query: Uint8Array,
  upstreams: readonly DnsUpstream[],
  done: (answer: Uint8Array | undefined) => void,
): void {
  const [first, ...others] = upstreams;
  if (first === undefined) {
    done(undefined);
    return;
  }
  exchange(first, query, (answer) => {
    const isUseful = answer !== undefined && codeOf(answer) !== SERVER_FAILURE && codeOf(answer) !== REFUSED;
    if (isUseful) done(answer);
    else forwardDns(query, others, done);
  });
}

function exchange({ stack, address }: DnsUpstream, query: Uint8Array, done: (answer?: Uint8Array) => void): void {
  const family = familyOf(address) === 4 ? "inet" : "inet6";
  const socket = new UdpSocket(stack, family);
  let isOver = false;
  const end = (answer?: Uint8Array): void => {
    if (isOver) return;
    isOver = true;
    timer.cancel();
    socket.close();
    done(answer);
  };
  const timer = stack.host.clock.after(PATIENCE_US, () => end());
  const listen = (): void =>
    socket.ready.add({
      notify: () => {
        if (isOver) return;
        const answer = attempt(() => socket.receive(ANSWER_LIMIT, { peek: false }));
        // A port that nobody listens on says so.
        if (answer instanceof Errno) end();
        else if (answer === undefined || !isAnswerTo(query, answer.data)) listen();
        else end(answer.data);
      },
    });
  listen();
  const sent = attempt(() => {
    socket.connect({ family, address, port: DNS_PORT });
    socket.send(query, undefined);
  });
  if (sent instanceof Errno) end();
}

const isAnswerTo = (query: Uint8Array, answer: Uint8Array): boolean =>
  answer.length >= 12 && answer[0] === query[0] && answer[1] === query[1];

function attempt<T>(work: () => T): T | Errno {
  try {
    return work();
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
}
