/**
 * Several questions to one name server at once, asked again while time is left.
 *
 * @see busybox networking/nslookup.c: send_queries, musl src/network/res_msend.c
 */
import {
  clock_gettime,
  close,
  connect,
  Errno,
  POLLIN,
  poll,
  type Routine,
  recvfrom,
  sendto,
  socket,
} from "../../abi/index.ts";
import { type DnsMessage, type DnsType, decodeDns, familyOf } from "../../lib/index.ts";
import { encodeQuestion } from "./host-names.ts";

const SERVER_FAILURE = 2;
const ANSWER_LIMIT = 4096;
const SECOND = 1_000_000;

export interface Question {
  readonly name: string;
  readonly type: DnsType;
}

export interface Heard {
  /** For each question; `undefined` where there is no answer in time. */
  readonly answers: readonly (DnsMessage | undefined)[];
  /** Whether the server said anything, be it a failure that was not taken for an answer. */
  readonly isAlive: boolean;
}

interface Patience {
  /** How often what has no answer is asked. */
  readonly attempts: number;
  /** For all of it. */
  readonly timeoutSeconds: number;
  readonly port: number;
}

/** An `Errno` if the server cannot be asked. */
export function* askAll(server: string, questions: readonly Question[], patience: Patience): Routine<Heard | Errno> {
  const family = familyOf(server) === 4 ? "inet" : "inet6";
  const fd = yield* socket(family, "dgram");
  try {
    const failure = yield* connect(fd, { family, address: server, port: patience.port }).attempt();
    if (failure instanceof Errno) return failure;
    return yield* converse(fd, questions, patience);
  } finally {
    yield* close(fd);
  }
}

function* converse(
  fd: number,
  questions: readonly Question[],
  { attempts, timeoutSeconds }: Patience,
): Routine<Heard | Errno> {
  const messages = questions.map(({ name, type }, at) => encodeQuestion(at + 1, name, type));
  const answers = questions.map((): DnsMessage | undefined => undefined);
  const isMissing = (): boolean => answers.includes(undefined);
  const intervalUs = Math.floor((timeoutSeconds * SECOND) / attempts);
  let isAlive = false;
  let endUs = yield* clock_gettime("monotonic");
  for (let tries = 0; tries < attempts && isMissing(); tries++) {
    endUs += intervalUs;
    // A server that fails is asked again without delay, but not for ever.
    let again = 2 * questions.length;
    for (const [at, message] of messages.entries()) {
      if (answers[at] !== undefined) continue;
      const unsent = yield* sendto(fd, message).attempt();
      if (unsent instanceof Errno) return unsent;
    }
    while (isMissing()) {
      const leftUs = endUs - (yield* clock_gettime("monotonic"));
      if (leftUs <= 0 || (yield* poll([{ fd, events: POLLIN }], leftUs)).length === 0) break;
      const received = yield* recvfrom(fd, ANSWER_LIMIT).attempt();
      if (received instanceof Errno) return received;
      const answer = decodeDns(received.data);
      const at = (answer?.id ?? 0) - 1;
      const message = messages[at];
      if (answer === undefined || message === undefined || answers[at] !== undefined) continue;
      isAlive = true;
      if (answer.code === SERVER_FAILURE && again-- > 0) {
        const unsent = yield* sendto(fd, message).attempt();
        if (unsent instanceof Errno) return unsent;
      } else answers[at] = answer;
    }
  }
  return { answers, isAlive };
}
