/**
 * The door for an AST that comes as JSON: its shape, and what the parser would have refused in a text.
 *
 * A property that is not known is an error, so that a misspelt one is not silently ignored. Range, source text,
 * comments and spelling are optional everywhere. How problems are told is `schema-error.ts`'s business.
 */
import * as z from "zod";
import type { AnyInstruction, Dockerfile, Instruction } from "./ast.ts";
import { checkDevice } from "./device.ts";
import { BuildError } from "./error.ts";
import { checkInterval, checkStageName, checkTrigger } from "./instructions.ts";
import { checkMount } from "./mount.ts";
import { describeIssues } from "./schema-error.ts";

/** What `check` throws, told at its place in the AST. */
function passes<T>(check: (value: T) => void): z.core.CheckFn<T> {
  return ({ value, issues }) => {
    if (issues.length > 0) return;
    try {
      check(value);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      issues.push({ code: "custom", message: error.message, input: value });
    }
  };
}

function notBlank(what: string) {
  return z.string().min(1, `${what} can not be blank`);
}

const text = z.string();
const texts = z.array(text).readonly();
const flag = z.boolean().exactOptional();
const word = text.exactOptional();
const natural = z.int().nonnegative();

const range = z.strictObject({ startLine: natural, endLine: natural }).readonly();
const written = { range: range.exactOptional(), source: word, keyword: word, comments: texts.exactOptional() };

const command = z.discriminatedUnion("form", [
  z.strictObject({ form: z.literal("shell"), command: text }).readonly(),
  z.strictObject({ form: z.literal("exec"), argv: texts }).readonly(),
]);

const heredoc = z
  .strictObject({
    name: notBlank("the name of a heredoc"),
    content: text.regex(/\n$|^$/, "the last line of a heredoc has no line end"),
    expand: flag,
    chomp: flag,
    fd: natural.exactOptional(),
  })
  .readonly();
const heredocs = z.array(heredoc).readonly().exactOptional();

const mount = z.union([
  text.check(passes(checkMount)),
  z
    .strictObject({
      type: z.enum(["bind", "cache", "tmpfs", "secret", "ssh"]).exactOptional(),
      target: word,
      source: word,
      from: word,
      id: word,
      readonly: flag,
      sharing: z.enum(["shared", "private", "locked"]).exactOptional(),
      required: flag,
      size: z.union([natural, text]).exactOptional(),
      mode: word,
      uid: natural.exactOptional(),
      gid: natural.exactOptional(),
      env: word,
    })
    .check(passes(checkMount))
    .readonly(),
]);

const files = {
  sources: texts,
  dest: text,
  files: heredocs,
  chown: word,
  chmod: word,
  link: flag,
  exclude: texts.exactOptional(),
};

function interval(name: string) {
  return text.check(passes((duration: string) => checkInterval(name, duration))).exactOptional();
}

function pairs(kind: string) {
  const words: [name: z.ZodString, value: z.ZodString] = [notBlank(`${kind} names`), text];
  const error: z.core.$ZodErrorMap = ({ code }) =>
    code === "invalid_type" ? undefined : "a pair is a name and a value";
  const pair = z.tuple(words, { error }).readonly();
  return z.array(pair).min(1, `${kind} requires at least one argument`).readonly();
}

function some(kind: string) {
  return z.array(text).min(1, `${kind} requires at least one argument`).readonly();
}

const from = z
  .strictObject({
    kind: z.literal("FROM"),
    ...written,
    image: text,
    platform: word,
    as: text.check(passes(checkStageName)).exactOptional(),
    asKeyword: word,
  })
  .check(passes(checkKeyword))
  .readonly();

const arg = z
  .strictObject({
    kind: z.literal("ARG"),
    ...written,
    args: z
      .array(z.strictObject({ name: notBlank("ARG names"), default: word }).readonly())
      .min(1, "ARG requires at least one argument")
      .readonly(),
  })
  .check(passes(checkKeyword))
  .readonly();

const instruction = z
  .discriminatedUnion("kind", [
    arg,
    z.strictObject({
      kind: z.literal("RUN"),
      ...written,
      command,
      heredocs,
      mounts: z.array(mount).readonly().exactOptional(),
      network: z.enum(["default", "none", "host"]).exactOptional(),
      devices: z
        .array(text.check(passes(checkDevice)))
        .readonly()
        .exactOptional(),
    }),
    z.strictObject({ kind: z.literal("COPY"), ...written, ...files, from: word, parents: flag }),
    z.strictObject({
      kind: z.literal("ADD"),
      ...written,
      ...files,
      checksum: word,
      keepGitDir: flag,
      unpack: flag,
    }),
    z.strictObject({ kind: z.literal("ENV"), ...written, pairs: pairs("ENV"), legacy: flag }),
    z.strictObject({ kind: z.literal("LABEL"), ...written, pairs: pairs("LABEL"), legacy: flag }),
    z.strictObject({ kind: z.literal("WORKDIR"), ...written, path: text }),
    z.strictObject({ kind: z.literal("USER"), ...written, user: text }),
    z.strictObject({ kind: z.literal("VOLUME"), ...written, paths: some("VOLUME") }),
    z.strictObject({ kind: z.literal("EXPOSE"), ...written, ports: some("EXPOSE") }),
    z.strictObject({ kind: z.literal("STOPSIGNAL"), ...written, signal: text }),
    z.strictObject({ kind: z.literal("SHELL"), ...written, argv: some("SHELL") }),
    z.strictObject({ kind: z.literal("CMD"), ...written, command }),
    z.strictObject({ kind: z.literal("ENTRYPOINT"), ...written, command }),
    z.strictObject({
      kind: z.literal("HEALTHCHECK"),
      ...written,
      test: z.union([z.literal("none"), command]),
      interval: interval("interval"),
      timeout: interval("timeout"),
      startPeriod: interval("start-period"),
      startInterval: interval("start-interval"),
      retries: natural.exactOptional(),
    }),
    z.strictObject({ kind: z.literal("ONBUILD"), ...written, trigger: text.check(passes(checkTrigger)) }),
    z.strictObject({ kind: z.literal("MAINTAINER"), ...written, name: text }),
  ])
  .check(passes(checkTogether))
  .readonly();

const stage = z.strictObject({ from, instructions: z.array(instruction).readonly() }).readonly();

/** A Dockerfile's AST. */
export const dockerfileSchema: z.ZodType<Dockerfile> = z
  .strictObject({
    directives: z
      .strictObject({ syntax: word, escape: z.enum(["\\", "`"]).exactOptional(), check: word })
      .readonly()
      .exactOptional(),
    args: z.array(arg).readonly().exactOptional(),
    stages: z.array(stage).min(1, "dockerfile contains no stages to build").readonly(),
    emptyContinuations: z.array(natural).readonly().exactOptional(),
  })
  .readonly();

/**
 * An AST from outside, such as parsed JSON.
 *
 * @throws BuildError naming every wrong place and what was expected there, e.g.
 * `invalid Dockerfile AST: stages[0].instructions[2].dest: expected string, got nothing`.
 */
export function readAst(json: unknown): Dockerfile {
  const result = dockerfileSchema.safeParse(json);
  if (result.success) return result.data;
  throw new BuildError(`invalid Dockerfile AST: ${describeIssues(result.error.issues, json)}`);
}

function checkKeyword({ kind, keyword }: Pick<AnyInstruction, "kind" | "keyword">): void {
  if (keyword !== undefined && keyword.toUpperCase() !== kind)
    throw new BuildError(`keyword ${JSON.stringify(keyword)} does not spell ${kind}`);
}

/** What depends on several properties of an instruction. */
function checkTogether(one: Instruction): void {
  checkKeyword(one);
  if ((one.kind === "ENV" || one.kind === "LABEL") && one.legacy === true && one.pairs.length !== 1)
    throw new BuildError(`the old form of ${one.kind} has exactly one pair`);
  if ((one.kind === "COPY" || one.kind === "ADD") && one.sources.length + (one.files?.length ?? 0) === 0)
    throw new BuildError(`${one.kind} requires at least one source or inline file`);
}
