/** Rules of `engine.faults` as JSON: everything of them but `if`, which is code. What they mean, the engine checks. */
import type { FaultRule } from "@bottleship/core/faults";
import { z } from "zod";
import { badRequest } from "../http/problem.ts";
import { integer, maybe, text } from "./fields.ts";

const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema)]);
/** "1.5s", or microseconds. */
const duration = z.union([text, z.number()]);
const yes = maybe(z.literal(true));

const window = { after: maybe(duration), lasts: maybe(duration) };
const when = { nth: maybe(oneOrMore(integer)), probability: maybe(z.number()), times: maybe(integer), ...window };
const scope = { container: maybe(text), image: maybe(text) };
const answer = z.strictObject({ status: integer, message: text });

const KINDS = [
  z.strictObject({
    on: z.literal("api"),
    ...{ ...when, ...scope },
    call: maybe(oneOrMore(text)),
    client: maybe(text),
    fails: maybe(answer),
    slow: maybe(duration),
    hangs: yes,
    losesReply: yes,
    failsLate: maybe(text),
    cutAfterBytes: maybe(integer),
  }),
  z.strictObject({
    on: z.literal("events"),
    ...{ ...when, ...scope },
    client: maybe(text),
    action: maybe(text),
    gap: maybe(duration),
    disconnects: yes,
    loses: yes,
    duplicates: yes,
    late: maybe(duration),
  }),
  z.strictObject({
    on: z.literal("syscall"),
    ...{ ...when, ...scope },
    call: maybe(oneOrMore(text)),
    program: maybe(text),
    path: maybe(text),
    errno: maybe(text),
    slow: maybe(duration),
  }),
  z.strictObject({
    on: z.literal("disk"),
    ...{ ...when, ...scope },
    path: maybe(text),
    full: yes,
    slow: maybe(duration),
    tornAfterBytes: maybe(integer),
  }),
  // What becomes of requests for an image is the registry's own rule.
  z.looseObject({ on: z.literal("pull"), ...when, image: maybe(text), slow: maybe(duration) }),
  z.strictObject({
    on: z.literal("network"),
    ...window,
    container: maybe(text),
    network: maybe(text),
    between: maybe(z.tuple([text, text])),
    latency: maybe(duration),
    jitter: maybe(duration),
    loss: maybe(z.number()),
    bandwidth: maybe(z.union([z.number(), text])),
    cut: yes,
  }),
  z.strictObject({ on: z.literal("clock"), ...window, jump: duration }),
  z.strictObject({
    on: z.literal("daemon"),
    after: maybe(duration),
    effect: z.enum(["crash", "restart"]),
    down: maybe(duration),
    liveRestore: maybe(z.boolean()),
  }),
  z.strictObject({
    on: z.literal("process"),
    ...{ ...when, ...scope },
    crashesAfter: maybe(duration),
    signal: maybe(integer),
    ignoresTerm: yes,
    leaks: maybe(z.number()),
  }),
] as const;

const PLACES = KINDS.map(({ shape }) => shape.on.value).join(", ");
const RULE = z.discriminatedUnion("on", KINDS, { error: () => `a rule is on one of ${PLACES}` });

/** A rule, or several that hold together: `rulesOf` reads them. */
export const FAULT_PLAN = z.unknown();

/** @throws StatusError invalid-argument, which says of which one what is wrong */
export function rulesOf(plan: unknown): readonly FaultRule[] {
  const given = [plan].flat();
  if (given.length === 0) throw badRequest("there is no rule in it");
  return given.map((one) => {
    const { error, data } = RULE.safeParse(one);
    if (error === undefined) return data as unknown as FaultRule;
    const [{ path, message } = { path: [], message: "" }] = error.issues;
    const place = path.length === 0 ? "" : `${path.join(".")}: `;
    throw badRequest(`${JSON.stringify(one)}: ${place}${message}`);
  });
}
