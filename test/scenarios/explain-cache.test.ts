/** `engine.explain(build)`: why steps were not cached, each by the thing that differs or the step before it. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { expect, it } from "vitest";

const DOCKERFILE = `FROM busybox
ARG WHO=you
ENV LANG=C
COPY a.txt b.txt /
RUN echo hello $WHO > /x
RUN cat /x
`;

interface Changes {
  readonly dockerfile?: string;
  readonly a?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
}

/** The lines about each step, without digests. */
async function explained(engine: Engine, { dockerfile = DOCKERFILE, a = "a", ...rest }: Changes = {}) {
  const files = { Dockerfile: dockerfile, "a.txt": a, "b.txt": "b" };
  const text = String(engine.explain(await engine.build({ context: { files }, tags: ["web"], ...rest })));
  return text
    .replaceAll(/[0-9a-f]{64}/g, "DIGEST")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

const COPY = "[2/4] COPY a.txt b.txt /";
const ECHO = "[3/4] RUN echo hello you > /x";
const CAT = "[4/4] RUN cat /x";
const after = (step: string, missed: string): readonly string[] => [
  `${step} was not cached`,
  `because it comes after ${missed}, which was not cached`,
];

it("names what differs, and leads every later step back to it", async () => {
  const engine = createEngine();
  const isNew = "because it has not been built before";
  expect(await explained(engine)).toEqual([COPY, ECHO, CAT].flatMap((step) => [`${step} was not cached`, isNew]));
  expect(await explained(engine)).toEqual(["every step was cached"]);
  expect(await explained(engine, { a: "changed" })).toEqual([
    `${COPY} was not cached`,
    'because the content of file /a.txt differs: it was "DIGEST" and is "DIGEST"',
    ...after(ECHO, COPY),
    ...after(CAT, ECHO),
  ]);
  const me = "[3/4] RUN echo hello me > /x";
  expect(await explained(engine, { buildArgs: { WHO: "me" } })).toEqual([
    `${me} was not cached`,
    'because the variable WHO differs: it was "you" and is "me"',
    ...after(CAT, me),
  ]);
  const other = createEngine();
  await explained(other);
  const bye = "[3/4] RUN echo bye you > /x";
  expect(await explained(other, { dockerfile: DOCKERFILE.replace("hello", "bye") })).toEqual([
    `${bye} was not cached`,
    String.raw`because the command differs: it was "[\"/bin/sh\",\"-c\",\"echo hello $WHO > /x\"]" and is "[\"/bin/sh\",\"-c\",\"echo bye $WHO > /x\"]"`,
    ...after(CAT, bye),
  ]);
  const third = createEngine();
  await explained(third);
  expect((await explained(third, { dockerfile: DOCKERFILE.replace("LANG=C", "LANG=en") })).slice(0, 2)).toEqual([
    `${ECHO} was not cached`,
    'because the variable LANG differs: it was "C" and is "en"',
  ]);
});

it("tells a cache that was not asked from one that has forgotten", async () => {
  const engine = createEngine();
  await explained(engine);
  const every = (why: string) => [COPY, ECHO, CAT].flatMap((step) => [`${step} was not cached`, `because ${why}`]);
  expect(await explained(engine, { noCache: true })).toEqual(every("the cache was not to be used for it (--no-cache)"));
  await engine.docker("builder prune -af");
  expect((await explained(engine)).slice(0, 2)).toEqual([
    `${COPY} was not cached`,
    "because what it had made was pruned from the cache",
  ]);
});

it("is data: steps, what changed, and values", async () => {
  const engine = createEngine();
  const build = (text: string) =>
    engine.build({ context: { files: { Dockerfile: `FROM busybox\nRUN echo ${text}\nRUN true\n` } } });
  await build("one");
  const explanation = engine.explain(await build("two"));
  expect(explanation.findings.map(({ facts }) => facts)).toMatchObject([
    {
      ...{ step: "[2/3] RUN echo two", reason: "changed", changed: "the command" },
      ...{ before: '["/bin/sh","-c","echo one"]', now: '["/bin/sh","-c","echo two"]' },
    },
    { step: "[3/3] RUN true", changed: "the tree below", below: "[2/3] RUN echo two" },
  ]);
});
