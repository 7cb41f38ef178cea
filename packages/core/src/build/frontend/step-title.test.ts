// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import { describe, expect, it } from "vitest";
import type { InstructionOf } from "../dockerfile/ast.ts";
import { check, prepare } from "./check.ts";
import { dispatch } from "./dispatch.ts";
import { imageScope } from "./scope.ts";
import type { RunStep } from "./step.ts";
import { stepName, stepTitle } from "./step-title.ts";

/** The title of the instruction after `ENV A=v`. */
function title(text: string): string {
  const source = `FROM busybox\nENV A=v\n${text}\n`;
  expect(check(source).error).toBeUndefined();
  const { graph, lint } = prepare(source);
  const context = { escape: graph.escape, globalArgs: graph.globalArgs, buildArgs: new Map<string, string>(), lint };
  const [env, made] = graph.target.planned.map(({ instruction }) => instruction);
  if (env === undefined || made === undefined) return "";
  const { scope } = dispatch(env, imageScope({}), context);
  const { step } = dispatch(made, scope, context);
  return stepTitle(made as InstructionOf<"RUN">, step as RunStep, scope, graph.escape);
}

describe("stepTitle", () => {
  it.each<[written: string, title: string]>([
    ["RUN echo $A ${U} \"$A\" '$A' \\$A", "RUN echo v ${U} \"v\" '$A' $A"],
    ['RUN   echo    "a   b"', 'RUN   echo    "a   b"'],
    ["run echo \\\n   low", "RUN echo    low"],
    ['RUN ["echo", "<<EOF"]', 'RUN ["echo", "<<EOF"]'],
    ["WORKDIR $A/x", "WORKDIR v/x"],
    ['COPY --chown=$A "Dockerfile" $A/', "COPY --chown=v Dockerfile v/"],
    ["ADD <<F /f\n$A\nF", "ADD <<F /f"],
    ['RUN <<EOF\necho "$A" \\\n  b\nEOF', 'RUN <<EOF (echo "v" ...)'],
    ['RUN <<"Q"\necho $A\nQ', 'RUN <<"Q" (echo v)'],
    ["RUN <<EOF\n#!/bin/sh\necho s\nEOF", "RUN <<EOF (#!/bin/sh...)"],
    ["RUN <<E1 cat && <<E2 cat\n1\nE1\n2\nE2", "RUN <<E1 cat && <<E2 cat"],
    ["RUN --mount=type=cache,target=/c <<-X\n\techo x\n\tX", "RUN --mount=type=cache,target=/c <<-X (echo x)"],
    ["RUN --mount=type=secret,id=s,env=A echo $A", "RUN --mount=type=secret,id=s,env=A echo ****"],
  ])("of %j is %j", (written, expected) => {
    expect(title(written)).toBe(expected);
  });
});

describe("stepName", () => {
  it("puts platform, stage, position and ONBUILD before the title", () => {
    const place = { stageName: "build", number: 2, count: 3 };
    expect(stepName("RUN x", place)).toBe("[build 2/3] RUN x");
    expect(stepName("RUN x", { ...place, stageName: "", onbuild: true })).toBe("[2/3] ONBUILD RUN x");
    expect(stepName("RUN x", { ...place, count: 12, platform: "linux/amd64" })).toBe("[linux/amd64 build  2/12] RUN x");
    expect(stepName("RUN x", { ...place, count: 0 })).toBe("RUN x");
  });
});
