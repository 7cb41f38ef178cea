/**
 * `GET /containers/{id...}/logs`.
 *
 * @see moby api/server/router/container/container_routes.go getContainersLogs, daemon/logs.go
 */
import type { Container, Engine, LogLine } from "@bottleship/core/engine";
import { checkReadable, LogLines, logDetails, logTimeOf, tailOf } from "@bottleship/core/engine";
import { concat, encode } from "@bottleship/core/lib";
import { type ApiReply, type Output, stream } from "../../http/exchange.ts";
import { badRequest } from "../../http/problem.ts";
import { flag, unixTime } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";
import { Channel } from "../../streams/channel.ts";
import { encodeFrame, MULTIPLEXED_STREAM, RAW_STREAM } from "../../streams/frames.ts";
import { watch } from "./watch.ts";

interface Wanted extends Period {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly details: boolean;
  /** Lines from the end; all without a number. */
  readonly tail: number;
}

const TYPED_STREAMS = 142;

export function logsHandler(engine: Engine): Handler {
  return ({ param, query, version }): ApiReply => {
    checkStreams(query);
    const container = engine.containers.get(param);
    const wanted = wantedOf(query);
    checkReadable(container);
    const isRaw = container.config.Tty === true;
    const type = isRaw || version < TYPED_STREAMS ? RAW_STREAM : MULTIPLEXED_STREAM;
    return stream(type, (output) => send(engine, container, wanted, output));
  };
}

/** @throws StatusError invalid-argument */
export function checkStreams(query: URLSearchParams): void {
  if (flag(query, "stdout") || flag(query, "stderr")) return;
  throw badRequest("Bad parameters: you must choose at least one stream");
}

function wantedOf(query: URLSearchParams): Wanted {
  return {
    stdout: flag(query, "stdout"),
    stderr: flag(query, "stderr"),
    follow: flag(query, "follow"),
    timestamps: flag(query, "timestamps"),
    details: flag(query, "details"),
    tail: tailOf(query.get("tail") ?? ""),
    ...periodOf(query),
  };
}

/** When the lines of a log were written that are wanted. */
export interface Period {
  readonly sinceUs: number;
  readonly untilUs: number;
}

/** "0" is no limit, as the client sends where there is none. */
export function periodOf(query: URLSearchParams): Period {
  return {
    sinceUs: unixTime(query, "since") || Number.NEGATIVE_INFINITY,
    untilUs: unixTime(query, "until") || Number.POSITIVE_INFINITY,
  };
}

/** What a line takes besides its bytes. */
const LINE_BYTES = 128;
/** So much may wait for a client that follows a log. */
const BEHIND_BYTES = 64 * 1024 ** 2;

async function send(engine: Engine, container: Container, wanted: Wanted, output: Output): Promise<void> {
  const lines = LogLines.of(container);
  const isWanted = ({ timeUs }: LogLine): boolean => timeUs >= wanted.sinceUs && timeUs <= wanted.untilUs;
  const channel = new Channel<LogLine>(({ bytes }) => bytes.length + LINE_BYTES);
  const take = (line: LogLine): void => {
    if (isWanted(line) && wanted[line.stream]) channel.push(line);
  };
  const past = container.logs.entries.flatMap((entry) => lines.push(entry));
  const kept = (container.isRunning ? past : [...past, ...lines.end()]).filter(isWanted);
  for (const line of wanted.tail === 0 ? [] : kept.slice(-wanted.tail)) take(line);
  // A line that is too late ends it, and not the time.
  const isLate = ({ timeUs }: LogLine): boolean => timeUs > wanted.untilUs;
  const stops: (() => void)[] = [];
  if (wanted.follow && container.isActive && !past.some(isLate)) {
    const follow = container.logs.follow((entry) => {
      const added = lines.push(entry);
      for (const line of added) take(line);
      if (added.some(isLate)) channel.close();
      // Who reads a log holds nobody up: a reader that is so far behind is let go.
      if (channel.waitingBytes > BEHIND_BYTES) channel.close();
    });
    const end = watch(engine, container, (action) => {
      if (action !== "die" && action !== "destroy") return;
      for (const line of lines.end()) take(line);
      channel.close();
    });
    stops.push(follow, end);
  } else channel.close();
  try {
    const format = formatter(container, wanted);
    await channel.drain(output, format);
  } finally {
    for (const stop of stops) stop();
  }
}

function formatter(container: Container, { timestamps, details }: Wanted): (line: LogLine) => Uint8Array {
  const about = details ? `${logDetails(container)} ` : "";
  const isRaw = container.config.Tty === true;
  return ({ stream: from, timeUs, bytes }) => {
    const prefix = (timestamps ? `${logTimeOf(timeUs)} ` : "") + about;
    const whole = prefix === "" ? bytes : concat([encode(prefix), bytes]);
    return isRaw ? whole : encodeFrame(from, whole);
  };
}
