/**
 * `/bottleship/…`: what no real engine can tell, of this one. Texts, unless another `format` is asked for.
 */
import type { Container, Engine, Timeline } from "@bottleship/core/engine";
import { strace } from "@bottleship/core/explain";
import { planText, ruleText } from "@bottleship/core/faults";
import { formatTrace } from "@bottleship/core/kernel";
import { encode, StatusError } from "@bottleship/core/lib";
import { requireJson } from "../http/body.ts";
import { type ApiReply, bytes, empty, json, type Output, stream } from "../http/exchange.ts";
import { badRequest } from "../http/problem.ts";
import { integer, text } from "../http/query.ts";
import { type Route, route } from "../http/router.ts";
import { FAULT_PLAN, rulesOf } from "../schemas/faults.ts";
import { Channel } from "../streams/channel.ts";
import { watch } from "./containers/watch.ts";

const TEXT = "text/plain; charset=utf-8";

export function bottleshipRoutes(engine: Engine): readonly Route[] {
  const { faults } = engine;
  return [
    route("GET", "/bottleship/explain", ({ query }) =>
      shown(engine.explain(subjectOf(query)), text(query, "format"), ["json"]),
    ),
    route("GET", "/bottleship/timeline", ({ query }) => {
      const containers = query.getAll("container");
      const timeline = engine.timeline(containers.length === 0 ? {} : { containers });
      for (const container of containers) checkDrawn(timeline, container);
      if (text(query, "format") === "svg") return bytes(encode(timeline.toSVG()), "image/svg+xml");
      const width = integer(query, "width");
      const drawn = { toString: () => timeline.toString(width === undefined ? {} : { width }) };
      return shown({ ...drawn, toJSON: () => timeline.toJSON() }, text(query, "format"), ["json", "svg"]);
    }),
    route("GET", "/bottleship/strace", ({ query }) => {
      const container = engine.containers.get(nameOf(query));
      return stream(TEXT, (output) => trace(engine, container, output));
    }),
    route("GET", "/bottleship/faults", ({ query }) => {
      const { rules, fired } = faults;
      const document = {
        rules,
        fired: fired.map(({ timeUs, rule, what }) => ({ timeUs, rule, what })),
      };
      const lines = fired.map(({ what, rule }) => `${what}: ${ruleText(rule)}\n`);
      const drawn = `${planText(rules)}\n${lines.length === 0 ? "" : `\n${lines.join("")}`}`;
      return shown({ toString: () => drawn, toJSON: () => document }, text(query, "format"), ["json"]);
    }),
    route("POST", "/bottleship/faults", async ({ request }) => {
      faults.add(...rulesOf(await requireJson(request, FAULT_PLAN)));
      return empty(204);
    }),
    route("DELETE", "/bottleship/faults", ({ query }) => {
      const number = integer(query, "number");
      if (number === undefined) faults.clear();
      else faults.undo(number);
      return empty(204);
    }),
  ];
}

/** @throws StatusError invalid-argument for another format */
function shown(view: { toString(): string; toJSON(): unknown }, format: string, others: readonly string[]): ApiReply {
  if (format === "json") return json(view.toJSON());
  if (format !== "" && format !== "text") {
    throw badRequest(`no format: ${format}; there is ${["text", ...others].join(", ")}`);
  }
  return bytes(encode(String(view)), TEXT);
}

/** @throws StatusError not-found for a container that there never was */
function checkDrawn({ lanes }: Timeline, container: string): void {
  if (lanes.some(({ id, name }) => name === container || id.startsWith(container))) return;
  throw new StatusError("not-found", `No such container: ${container}`);
}

/** A container, or a way through the network: `to`, and `from`, `port` and `protocol` if wanted. */
function subjectOf(query: URLSearchParams) {
  const to = text(query, "to");
  if (to === "") return nameOf(query);
  const [from, port, protocol] = [text(query, "from"), integer(query, "port"), text(query, "protocol") || "tcp"];
  if (protocol !== "tcp" && protocol !== "udp") throw badRequest(`no protocol: ${protocol}; there is tcp, udp`);
  return { to, protocol, ...(from === "" ? {} : { from }), ...(port === undefined ? {} : { port }) } as const;
}

function nameOf(query: URLSearchParams): string {
  const name = text(query, "container");
  if (name === "") throw badRequest("which container is missing: ?container=NAME");
  return name;
}

/** Lines as processes make calls, until the container ends or the client leaves. */
async function trace(engine: Engine, container: Container, output: Output): Promise<void> {
  const recording = strace(engine, container);
  const channel = new Channel<void>();
  recording.follow(() => channel.push());
  const stopWatching = watch(engine, container, (action) => {
    if (action === "die" || action === "destroy") channel.close();
  });
  let told = 0;
  const next = (): Uint8Array => {
    const entry = recording.entries[told++];
    return encode(entry === undefined ? "" : `${formatTrace(entry)}\n`);
  };
  try {
    await channel.drain(output, next);
    // What belongs to its end may have come after it.
    while (told < recording.entries.length && !output.signal.aborted) await output.write(next());
  } finally {
    recording.stop();
    stopWatching();
  }
}
