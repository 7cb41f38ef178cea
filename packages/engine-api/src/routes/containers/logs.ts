/**
 * `GET /containers/{id...}/logs`.
 *
 * @see moby api/server/router/container/container_routes.go getContainersLogs, daemon/logs.go
 */
import type { Container, Engine, LogLine, LogPeriod } from "@bottleship/core/engine";
import { checkReadable, LogReader, logDetails, logTimeOf, tailOf } from "@bottleship/core/engine";
import { concat, encode } from "@bottleship/core/lib";
import { type ApiReply, type Output, stream } from "../../http/exchange.ts";
import { badRequest } from "../../http/problem.ts";
import { flag, unixTime } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";
import { Channel } from "../../streams/channel.ts";
import { encodeFrame, MULTIPLEXED_STREAM, RAW_STREAM, TYPED_STREAMS } from "../../streams/frames.ts";
import { watch } from "./watch.ts";

interface Wanted extends LogPeriod {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly details: boolean;
  /** Lines from the end; all without a number. */
  readonly tail: number;
}

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

/** "0" is no limit, as the client sends where there is none. */
export function periodOf(query: URLSearchParams): LogPeriod {
  return {
    sinceUs: unixTime(query, "since") || Number.NEGATIVE_INFINITY,
    untilUs: unixTime(query, "until") || Number.POSITIVE_INFINITY,
  };
}

/** What a line takes besides its bytes. */
const LINE_BYTES = 128;
/** How many bytes may wait for a client that follows a log. */
const BEHIND_BYTES = 64 * 1024 ** 2;

async function send(engine: Engine, container: Container, wanted: Wanted, output: Output): Promise<void> {
  const reader = new LogReader(container, wanted);
  const channel = new Channel<LogLine>(({ bytes }) => bytes.length + LINE_BYTES);
  const take = (line: LogLine): void => {
    if (wanted[line.stream]) channel.push(line);
  };
  for (const line of reader.past(wanted.tail)) take(line);
  const stops: (() => void)[] = [];
  if (wanted.follow && container.isActive && !reader.isOver) {
    const follow = container.logs.follow((entry) => {
      for (const line of reader.push(entry)) take(line);
      if (reader.isOver) channel.close();
      // A reader of a log must not hold the container up: one that is so far behind is let go.
      if (channel.waitingBytes > BEHIND_BYTES) channel.close();
    });
    const end = watch(engine, container, (action) => {
      if (action !== "die" && action !== "destroy") return;
      for (const line of reader.end()) take(line);
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
