// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import { describe, expect, it } from "vitest";
import type { Dockerfile } from "../dockerfile/ast.ts";
import { KnownTexts } from "../dockerfile/known-texts.ts";
import { parse } from "../dockerfile/parse.ts";
import { IgnoreMatcher } from "../files/ignore.ts";
import { type CheckOptions, check } from "./check.ts";

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const image = () => ({ config: { Env: [PATH] }, platform: { os: "linux", architecture: "amd64" } });

function warnings(source: string | Dockerfile, options: CheckOptions = {}): readonly string[] {
  const known = new KnownTexts();
  const result = check(source, { image, allStages: true, known, ...options });
  // Who has read the text before warns of the same.
  expect(check(source, { image, allStages: true, known, ...options })).toEqual(result);
  return result.warnings.map(({ rule, range, message }) => `${rule}:${range?.endLine}: ${message}`);
}

describe("check warns", () => {
  it.each<[text: string, warnings: readonly string[]]>([
    ["FROM busybox AS Foo\n", ["StageNameCasing:1: Stage name 'Foo' should be lowercase"]],
    ["from busybox AS foo\n", ["FromAsCasing:1: 'AS' and 'from' keywords' casing do not match"]],
    ["FROM busybox as foo\n", ["FromAsCasing:1: 'as' and 'FROM' keywords' casing do not match"]],
    ["FROM busybox As foo\n", ["FromAsCasing:1: 'As' and 'FROM' keywords' casing do not match"]],
    [
      "From busybox as foo\n",
      ["ConsistentInstructionCasing:1: Command 'From' should match the case of the command majority (uppercase)"],
    ],
    ["FROM busybox\n\nRUN a \\\n\n  b\n", ["NoEmptyContinuation:5: Empty continuation line"]],
    [
      "FROM busybox\nrun x\nRUN y\n",
      ["ConsistentInstructionCasing:2: Command 'run' should match the case of the command majority (uppercase)"],
    ],
    [
      "FROM busybox\nRun x\n",
      ["ConsistentInstructionCasing:2: Command 'Run' should match the case of the command majority (uppercase)"],
    ],
    [
      'from busybox\nrun x\nRUN y\ncmd ["x"]\n',
      ["ConsistentInstructionCasing:3: Command 'RUN' should match the case of the command majority (lowercase)"],
    ],
    [
      "FROM busybox AS a\nFROM busybox AS A\n",
      [
        "StageNameCasing:2: Stage name 'A' should be lowercase",
        'DuplicateStageName:2: Duplicate stage name "a", stage names should be unique',
      ],
    ],
    [
      "FROM scratch AS context\nFROM scratch AS scratch\n",
      [
        'ReservedStageName:1: Stage name should not use the same name as reserved stage "context"',
        'ReservedStageName:2: Stage name should not use the same name as reserved stage "scratch"',
      ],
    ],
    [
      "FROM busybox\nCMD x\nENTRYPOINT y\n",
      [
        "JSONArgsRecommended:2: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals",
        "JSONArgsRecommended:3: JSON arguments recommended for ENTRYPOINT to prevent unintended behavior related to OS signals",
      ],
    ],
    ['FROM busybox\nSHELL ["/bin/ash"]\nCMD x\n', []],
    [
      "FROM busybox\nMAINTAINER me\n",
      ["MaintainerDeprecated:2: Maintainer instruction is deprecated in favor of using label"],
    ],
    [
      "FROM $IMG\n",
      [
        "InvalidDefaultArgInFrom:1: Default value for ARG $IMG results in empty or invalid base image name",
        "UndefinedArgInFrom:1: FROM argument 'IMG' is not declared",
      ],
    ],
    [
      "ARG IMAGE=busybox\nFROM ${IMAG:-busybox}\n",
      ["UndefinedArgInFrom:2: FROM argument 'IMAG' is not declared (did you mean IMAGE?)"],
    ],
    [
      "FROM busybox\nWORKDIR a\nWORKDIR b\n",
      ['WorkdirRelativePath:2: Relative workdir "a" can have unexpected results if the base image changes'],
    ],
    ["FROM busybox\nWORKDIR /a\nWORKDIR b\n", []],
    ["FROM busybox AS a\nWORKDIR /x\nFROM a\nWORKDIR y\n", []],
    [
      "FROM busybox\nENV FOO=1\nRUN echo $FO\nCOPY $FO a /\nLABEL a=$PTAH\n",
      [
        "UndefinedVar:4: Usage of undefined variable '$FO' (did you mean $FOO?)",
        "UndefinedVar:5: Usage of undefined variable '$PTAH' (did you mean $PATH?)",
      ],
    ],
    ["FROM busybox\nARG A\nLABEL a=$A\n", []],
    [
      'FROM busybox\nCMD ["a"]\nCMD ["b"]\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]\nHEALTHCHECK NONE\nHEALTHCHECK NONE\n',
      [
        "MultipleInstructionsDisallowed:2: Multiple CMD instructions should not be used in the same stage because only the last one will be used",
        "MultipleInstructionsDisallowed:4: Multiple ENTRYPOINT instructions should not be used in the same stage because only the last one will be used",
        "MultipleInstructionsDisallowed:6: Multiple HEALTHCHECK instructions should not be used in the same stage because only the last one will be used",
      ],
    ],
    [
      "FROM busybox\nENV a b c\nLABEL a b\n",
      [
        'LegacyKeyValueFormat:2: "ENV key=value" should be used instead of legacy "ENV key value" format',
        'LegacyKeyValueFormat:3: "LABEL key=value" should be used instead of legacy "LABEL key value" format',
      ],
    ],
    [
      "FROM --platform=linux/arm64 scratch\n",
      ['FromPlatformFlagConstDisallowed:1: FROM --platform flag should not use constant value "linux/arm64"'],
    ],
    ["FROM --platform=linux/arm64 scratch AS build-arm64\n", []],
    [
      "FROM --platform=$TARGETPLATFORM busybox\n",
      [
        "RedundantTargetPlatform:1: Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
      ],
    ],
    ["FROM --platform=$BUILDPLATFORM busybox\n", []],
    [
      "FROM busybox\nARG API_TOKEN\nENV MY_PASSWORD=x PUBLIC_KEY=y tokens=1\nENV aws_secret_key=1\n",
      [
        'SecretsUsedInArgOrEnv:2: Do not use ARG or ENV instructions for sensitive data (ARG "API_TOKEN")',
        'SecretsUsedInArgOrEnv:3: Do not use ARG or ENV instructions for sensitive data (ENV "MY_PASSWORD")',
        'SecretsUsedInArgOrEnv:4: Do not use ARG or ENV instructions for sensitive data (ENV "aws_secret_key")',
      ],
    ],
    [
      "ARG TAG\nFROM busybox:${TAG}\n",
      ["InvalidDefaultArgInFrom:2: Default value for ARG busybox:${TAG} results in empty or invalid base image name"],
    ],
    [
      "FROM busybox\nEXPOSE 80/TCP\nEXPOSE 127.0.0.1:8080:80\nEXPOSE 81:81/Udp\n",
      [
        "ExposeProtoCasing:2: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
        "ExposeInvalidFormat:3: EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:8080:80'",
        "ExposeProtoCasing:4: Defined protocol '81:81/Udp' in EXPOSE instruction should be lowercase",
        "ExposeInvalidFormat:4: EXPOSE instruction should not define an IP address or host-port mapping, found '81:81/Udp'",
      ],
    ],
    [
      "# check=experimental=all\n# other\nARG A=1\n# builds it\nFROM busybox AS b\n# A here\nARG A\n",
      [
        "InvalidDefinitionDescription:3: Comment for ARG should follow the format: `# A <description>`",
        "InvalidDefinitionDescription:5: Comment for FROM should follow the format: `# b <description>`",
      ],
    ],
    [
      "# check=skip=StageNameCasing,FromAsCasing\nFROM busybox as Foo\nCMD x\n",
      [
        "JSONArgsRecommended:3: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals",
      ],
    ],
    ["# check=skip=all\nFROM busybox as Foo\n", []],
    [
      "# check=skip=all;experimental=InvalidDefinitionDescription\n# no\n\n# builds\nFROM busybox as foo\n",
      ["InvalidDefinitionDescription:5: Comment for FROM should follow the format: `# foo <description>`"],
    ],
  ])("of %j", (text, expected) => {
    expect(warnings(text)).toEqual(expected);
  });

  it("of ignored sources, if switched on, and not of those that COPY --from takes elsewhere", () => {
    const text = "# check=experimental=all\nFROM busybox\nCOPY a.txt /\nADD b.md /\nCOPY --from=busybox a.txt /\n";
    expect(warnings(text, { ignore: new IgnoreMatcher(["*.txt"]) })).toEqual([
      'CopyIgnoredFile:3: Attempting to Copy file "a.txt" that is excluded by .dockerignore',
    ]);
  });

  it("of an image for another platform, unless this machine runs it, too", () => {
    const arm = { image: () => ({ config: {}, platform: { os: "linux", architecture: "arm64" } }) };
    expect(warnings("FROM x\n", arm)).toEqual([
      'InvalidBaseImagePlatform:1: Base image x was pulled with platform "linux/arm64", expected "linux/amd64" for current build',
    ]);
    expect(
      warnings("FROM x\n", { image: () => ({ config: {}, platform: { os: "linux", architecture: "386" } }) }),
    ).toEqual([]);
    expect(warnings("FROM --platform=$BUILDPLATFORM x\n", arm)).toHaveLength(1);
  });

  it("with description and page", () => {
    expect(check("FROM busybox AS A\n", { image }).warnings[0]).toMatchObject({
      description: "Stage names should be lowercase",
      url: "https://docs.docker.com/go/dockerfile/rule/stage-name-casing/",
    });
    expect(check("FROM busybox\nCMD x\n", { image }).warnings[0]?.url).toBe(
      "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/",
    );
  });
});

describe("check", () => {
  it.each([
    ["# check=bogus\nFROM busybox\n", 'failed to parse check options: invalid check option "bogus"'],
    ["# check=bogus=1\nFROM busybox\n", 'failed to parse check options: invalid check option "bogus"'],
    [
      "# check=error=maybe\nFROM busybox\n",
      'failed to parse check options: failed to parse check option "error=maybe": strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
  ])("refuses the options of %j", (text, message) => {
    expect(check(text).error?.message).toBe(message);
  });

  it("lets the build argument win over the directive", () => {
    const text = "# check=skip=all\nFROM busybox as A\n";
    const options = (value: string) => ({ image, buildArgs: new Map([["BUILDKIT_DOCKERFILE_CHECK", value]]) });
    expect(warnings(text, options("skip=FromAsCasing"))).toHaveLength(1);
    expect(check(text, options("x")).error?.message).toBe(
      'failed to parse build-arg:BUILDKIT_DOCKERFILE_CHECK: invalid check option "x"',
    );
  });

  it("makes an error of warnings if told to, after everything else was looked at", () => {
    const { error, warnings: all } = check("# check=error=true\nFROM busybox AS A\nCMD x\n", { image });
    expect(error?.message).toBe("lint violation found for rules: StageNameCasing, JSONArgsRecommended");
    expect(all).toHaveLength(2);
  });

  it("keeps the warnings that come before an error", () => {
    const { error, warnings: all } = check("FROM busybox AS A\nMAINTAINER m\nFRM x\n");
    expect(all.map(({ rule }) => rule)).toEqual(["StageNameCasing", "MaintainerDeprecated"]);
    expect(error?.message).toBe("dockerfile parse error on line 3: unknown instruction: FRM (did you mean FROM?)");
  });

  it.each<[text: string, line: number]>([
    ["#!/bin/sh\n# check=nothing\nFROM busybox\n", 2],
    ["# check=error=true\nFROM busybox\nMAINTAINER x\n", 3],
    ["FROM busybox\nRUN --mount=from=A#,target=/a true\n", 2],
    ["ARG A\nFROM busybox\nCOPY --from=$A / /\n", 3],
    ["FROM busybox AS a..b\n", 1],
    ["ARG A\n", 1],
  ])("blames a line of %j, although docker shows none", (text, line) => {
    const { error } = check(text, { image });
    expect([error?.locations, error?.range?.startLine]).toEqual([[], line]);
  });

  it("goes through the target's stages only, or through all", () => {
    const text = "FROM busybox AS a\nSTOPSIGNAL x\nFROM busybox\n";
    expect(check(text, { image }).error).toBeUndefined();
    expect(check(text, { image, allStages: true }).error?.message).toBe("invalid signal: x");
  });

  it("makes the same steps of a text, of its AST, and of its AST without ranges and spelling", () => {
    const text = [
      "# escape=`",
      "ARG V=1",
      "FROM busybox:$V as one",
      "env A=`$x",
      "COPY <<EOF /f",
      "$A",
      "EOF",
      "FROM one",
      "RUN --mount=type=cache,target=/c --mount=from=one,target=/o <<EOF",
      "echo",
      "EOF",
      "HEALTHCHECK --interval=1s CMD x",
    ].join("\n");
    const ast = parse(text);
    const steps = (source: string | Dockerfile) => {
      const { error, steps: found } = check(source, { image });
      expect(error).toBeUndefined();
      return [...found.values()].map((list) => list.map(({ range: _, ...step }) => step));
    };
    expect(steps(ast)).toEqual(steps(text));
    expect(steps(bare(ast))).toEqual(steps(text));
    expect(warnings(bare(ast))).toEqual([]);
  });
});

function bare(dockerfile: Dockerfile): Dockerfile {
  const spelling = new Set(["range", "source", "keyword", "asKeyword", "comments"]);
  return JSON.parse(JSON.stringify(dockerfile, (key, value: unknown) => (spelling.has(key) ? undefined : value)));
}
