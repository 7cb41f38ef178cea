// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import { describe, expect, it } from "vitest";
import { BuildError } from "../dockerfile/error.ts";
import { type CheckOptions, check, prepare } from "./check.ts";
import { ImageRounds, resolveImages } from "./resolve.ts";
import type { BuildStage, GraphOptions, StageGraph } from "./stage-graph.ts";

function graphOf(text: string, options: GraphOptions = {}): StageGraph {
  return prepare(text, options).graph;
}

function failure(text: string, options: CheckOptions = {}): BuildError {
  const { error } = check(text, { allStages: options.target === undefined, ...options });
  if (error === undefined) throw new BuildError("nothing is wrong with it");
  return error;
}

function names(stages: readonly BuildStage[]): readonly string[] {
  return stages.map(({ name, image }) => name ?? image);
}

describe("the stages of a build", () => {
  it.each<[text: string, message: string, marked: readonly number[], target?: string]>([
    ["FROM $U\n", "base name ($U) should not be blank", [1]],
    ["FROM ${U:?no}\n", 'failed to process "${U:?no}": U: no', [1]],
    ["FROM --platform=$U busybox\n", "empty platform value from expression $U", [1]],
    [
      "ARG TARGETPLATFROM\nFROM --platform=$TARGETPLATFRM busybox\n",
      "empty platform value from expression $TARGETPLATFRM (did you mean TARGETPLATFORM?)",
      [2],
    ],
    [
      "FROM --platform=a/b/c/d busybox\n",
      'failed to parse platform a/b/c/d: "a/b/c/d": cannot parse platform specifier: invalid argument',
      [1],
    ],
    [
      "FROM --platform=quantum busybox\n",
      'failed to parse platform quantum: "quantum": unknown operating system or architecture: invalid argument',
      [1],
    ],
    [
      "FROM --platform=linux/a*b busybox\n",
      'failed to parse platform linux/a*b: "linux/a*b": wildcards not yet supported: invalid argument',
      [1],
    ],
    [
      "FROM --platform=li+nux/x busybox\n",
      'failed to parse platform li+nux/x: "li+nux" is an invalid OS component of "li+nux/x": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$": invalid argument',
      [1],
    ],
    [
      "FROM --platform=linux/ busybox\n",
      'failed to parse platform linux/: "" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
      [1],
    ],
    [
      "FROM Busybox\n",
      'failed to parse stage name "Busybox": invalid reference format: repository name (library/Busybox) must be lowercase',
      [1],
    ],
    ["FROM busybox:\n", 'failed to parse stage name "busybox:": invalid reference format', [1]],
    ["FROM a//b\n", 'failed to parse stage name "a//b": invalid reference format', [1]],
    [
      "FROM busybox\nCOPY --from=$A a b\n",
      "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
      [],
    ],
    ["FROM busybox\nCOPY --from=3 a b\n", "invalid stage index 3", []],
    ["FROM busybox\nCOPY --from=0 a b\n", "circular dependency detected on stage: stage-0", [2]],
    ["FROM busybox\nCOPY --from=-1 a b\n", "invalid stage index -1", []],
    [
      "FROM busybox AS a\nCOPY --from=b x y\nFROM busybox AS b\nCOPY --from=a x y\n",
      "circular dependency detected on stage: a",
      [2, 4],
    ],
    ["FROM busybox AS a\nCOPY --from=A x y\n", "circular dependency detected on stage: a", [2]],
    [
      "FROM busybox AS a\nRUN --mount=from=b,target=/x true\nFROM busybox AS b\n",
      'cannot mount from stage "b" to "/x", stage needs to be defined before current command',
      [2],
    ],
    [
      "FROM busybox AS a\nCOPY --from=b x y\nFROM scratch AS b\n",
      'cannot copy from stage "b", it needs to be defined before current stage "a"',
      [2],
    ],
    ["FROM busybox\n", 'target stage "nope" could not be found', [], "nope"],
    ["FROM busybox AS build\n", 'target stage "biuld" could not be found (did you mean build?)', [], "biuld"],
    ["FROM busybox\n", 'target stage "0" could not be found', [], "0"],
  ])("refuse %j", (text, message, marked, target) => {
    const error = failure(text, target === undefined ? {} : { target });
    expect(error.message).toBe(message);
    expect([...new Set(error.locations.map(({ startLine }) => startLine))]).toEqual(marked);
  });

  it("are those that the target reaches through FROM, COPY and mounts", () => {
    const text = `
      FROM busybox AS unused
      FROM busybox AS base
      FROM busybox AS tools
      FROM base AS build
      RUN --mount=from=tools,target=/t --mount=from=other,target=/o make
      FROM scratch
      COPY --from=build /a /a
      COPY --from=0 /a /a`;
    const graph = graphOf(text);
    expect(names(graph.reachable())).toEqual(["unused", "base", "tools", "build", "scratch", "other"]);
    expect(names(graphOf(text, { target: "BASE" }).reachable())).toEqual(["base"]);
    expect(graph.stages.filter(({ isImplicit }) => isImplicit).map(({ image }) => image)).toEqual(["other"]);
  });

  it("expand FROM with the ARGs before it, build arguments first, and with the predefined ones", () => {
    const text = "ARG V=1\nARG T=${V}-a\nFROM x:$T-${TARGETARCH}${NOPE:-!}\n";
    expect(graphOf(text).target.image).toBe("x:1-a-amd64!");
    const buildArgs = new Map([["V", "2"]]);
    expect(graphOf(text, { buildArgs, platform: { os: "linux", architecture: "arm64" } }).target.image).toBe(
      "x:2-a-arm64!",
    );
  });

  it("are linked to the nearest earlier stage of the name, in any case, else to an image", () => {
    const graph = graphOf("FROM a AS s\nFROM s AS S2\nFROM b AS s\nFROM s\nFROM later\nFROM x AS later\n");
    expect(graph.stages.map(({ base }) => base?.index)).toEqual([undefined, 0, undefined, 2, undefined, undefined]);
  });

  it("are replaced by named contexts, and their names must then be possible ones", () => {
    const graph = graphOf("FROM a AS src\nRUN x\nFROM src\n", { contexts: new Set(["src"]) });
    expect(graph.stages[0]).toMatchObject({ isReplaced: true, stepCount: 0 });
    expect(graph.target.base).toBe(graph.stages[0]);
  });

  it("are shown by name or index, but not if there is only one", () => {
    expect(graphOf("FROM a AS s\n").displayName(graphOf("FROM a AS s\n").target)).toBe("");
    const two = graphOf("FROM a AS Build\nFROM b\nCOPY --from=c x y\n");
    expect(two.stages.map((stage) => two.displayName(stage))).toEqual(["build", "stage-1", ""]);
  });
});

describe("steps", () => {
  const counts = (
    text: string,
    onBuild: Readonly<Record<string, readonly string[]>> = {},
    contexts: readonly string[] = [],
  ) => {
    const { graph, lint } = prepare(text);
    const rounds = new ImageRounds(graph, lint);
    resolveImages(rounds, ({ image }) => ({
      config: { OnBuild: onBuild[image] ?? [] },
      isStep: !contexts.includes(image),
    }));
    return graph.stages.map(({ stepsBefore, stepCount }) => `${stepsBefore}/${stepCount}`);
  };

  it("are FROM an image, and what changes files", () => {
    expect(counts("FROM a\nRUN x\nENV a=b\nCOPY a b\nADD a b\nWORKDIR /a\nUSER u\n")).toEqual(["1/5"]);
    expect(counts("FROM scratch\nCOPY a b\n")).toEqual(["0/1"]);
    expect(counts("FROM a AS b\nRUN x\nFROM b\nRUN y\n")).toEqual(["1/2", "0/1"]);
  });

  it("begin with 1 over a named context, although it counts", () => {
    expect(counts("FROM base\nCOPY f /f\n", {}, ["base"])).toEqual(["0/2"]);
  });

  it("count all triggers, also those that change no files", () => {
    expect(counts("FROM a\nRUN x\n", { a: ["RUN y", "LABEL a=b"] })).toEqual(["1/4"]);
  });

  it("begin late in a stage that only a trigger needs", () => {
    const text = "FROM a AS prov\nRUN p\nFROM b AS tmpl\nONBUILD COPY --from=prov /p /g\nFROM tmpl\nRUN x\n";
    expect(counts(text)).toEqual(["2/2", "1/1", "0/2"]);
  });
});

describe("triggers", () => {
  it("go before the stage's instructions, with the place of its FROM, for images and stages", () => {
    const { graph, lint } = prepare("FROM img AS a\nONBUILD RUN two\nFROM a\nRUN three\n");
    resolveImages(new ImageRounds(graph, lint), () => ({ config: { OnBuild: ["RUN one"] } }));
    const commands = graph.stages.map(({ planned }) =>
      planned.map(({ instruction, onbuild }) => [instruction.source, instruction.range?.startLine, onbuild]),
    );
    expect(commands).toEqual([
      [
        ["RUN one", 1, true],
        ["ONBUILD RUN two", 2, false],
      ],
      [
        ["RUN two", 3, true],
        ["RUN three", 4, false],
      ],
    ]);
  });

  it("are not run for an image that is only copied from", () => {
    const { graph, lint } = prepare("FROM busybox\nCOPY --from=img /a /a\n");
    resolveImages(new ImageRounds(graph, lint), ({ image }) => ({
      config: { OnBuild: image === "img" ? ["RUN x"] : [] },
    }));
    expect(graph.stages.map(({ planned }) => planned.length)).toEqual([1, 0]);
  });

  it("fail at the FROM that set them off", () => {
    const image = () => ({ config: { OnBuild: ["FRM x"] } });
    const error = failure("FROM busybox\nRUN a\n", { image });
    expect(error.message).toBe("unknown instruction: FRM (did you mean FROM?)");
    expect(error.locations).toEqual([{ startLine: 1, endLine: 1 }]);
  });
});
