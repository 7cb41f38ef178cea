/**
 * Placeholders in what a service says of its containers, and in secrets and configs that are templates: Go's templates
 * over the task that a container is of.
 *
 * @see swarmkit template/context.go, template/expand.go, template/template.go
 */
import { quote } from "../../lib/go/index.ts";
import { decode, encode } from "../../lib/index.ts";
import type { MountBody, StringMap, VolumeOptions } from "../docker/create-body.ts";
import { ValueError } from "../docker/problem.ts";
import { executeTemplate } from "../docker/template/execute.ts";
import { GO_FUNCTIONS, type TemplateFunction } from "../docker/template/functions.ts";
import { parseTemplate } from "../docker/template/parse.ts";
import { embedded, fields, GoValue, pointer, STRING, STRING_MAP, struct } from "../docker/template/type.ts";
import type { TaskContainerSpec } from "./service-spec.ts";

/** What placeholders stand for. */
export interface TaskValues {
  readonly Service: { readonly ID: string; readonly Name: string; readonly Labels: StringMap };
  readonly Node: {
    readonly ID: string;
    readonly Hostname: string;
    readonly Platform: { readonly Architecture: string; readonly OS: string };
  };
  readonly Task: { readonly ID: string; readonly Name: string; readonly Slot: string };
}

/** What a payload may ask for besides. */
export interface PayloadValues {
  /** The text of a secret or config that the task has, by the name of its file. */
  readonly secret: (target: string) => string | undefined;
  readonly config: (target: string) => string | undefined;
  readonly env: readonly string[];
}

const SERVICE = struct(
  "struct { ID string; Name string; Labels map[string]string }",
  fields(STRING, "ID Name"),
  fields(STRING_MAP, "Labels"),
);
const PLATFORM = struct("template.Platform", fields(STRING, "Architecture OS"));
const NODE = struct(
  "struct { ID string; Hostname string; Platform template.Platform }",
  fields(STRING, "ID Hostname"),
  fields(PLATFORM, "Platform"),
);
const TASK = struct("struct { ID string; Name string; Slot string }", fields(STRING, "ID Name Slot"));
const CONTEXT = struct("template.Context", fields(SERVICE, "Service"), fields(NODE, "Node"), fields(TASK, "Task"));
const PAYLOAD_CONTEXT = struct("template.PayloadContext", embedded(CONTEXT));

const textOf = (value: GoValue | undefined): string => `${value?.value ?? ""}`;

/** The first operand stands between the others. */
const JOIN: TemplateFunction = {
  parameters: [STRING],
  variadic: true,
  call: (separator, ...parts) => new GoValue(STRING, parts.map(textOf).join(textOf(separator))),
};
const FUNCTIONS = new Map([...GO_FUNCTIONS, ["join", JOIN] as const]);

type Fill = (text: string) => string;

/** A container's settings with the values of its task. @throws ValueError `expanding env failed: …` */
export function expandedContainer(spec: TaskContainerSpec, values: TaskValues): TaskContainerSpec {
  const fill: Fill = (text) => expand(text, new GoValue(pointer(CONTEXT), values), FUNCTIONS);
  const { Env, Mounts, Hostname } = spec;
  return {
    ...spec,
    ...(Env && { Env: within("expanding env failed", () => Env.map((variable) => expandedVariable(variable, fill))) }),
    ...(Mounts && {
      Mounts: within("expanding mounts failed", () => Mounts.map((mount) => expandedMount(mount, fill))),
    }),
    ...(Hostname && { Hostname: within("expanding hostname failed", () => fill(Hostname)) }),
  };
}

/** A secret or config that is a template. @throws ValueError, also for what the task does not have */
export function expandedPayload(
  data: Uint8Array,
  values: TaskValues,
  { secret, config, env }: PayloadValues,
): Uint8Array {
  const functions = new Map([
    ...FUNCTIONS,
    ["secret", lookup((target) => secret(target) ?? missing(`secret target ${target} not found`))] as const,
    ["config", lookup((target) => config(target) ?? missing(`config target ${target} not found`))] as const,
    ["env", lookup((name) => variableOf(env, name))] as const,
  ]);
  return encode(expand(decode(data), new GoValue(pointer(PAYLOAD_CONTEXT), values), functions));
}

function expand(text: string, data: GoValue, functions: ReadonlyMap<string, TemplateFunction>): string {
  if (!text.includes("{{")) return text;
  const template = parseTemplate("expansion", text, new Set(functions.keys()));
  return executeTemplate(template, data, { functions, missingKeyIsError: true });
}

function expandedVariable(variable: string, fill: Fill): string {
  const equals = variable.indexOf("=") + 1;
  if (equals === 0) return variable;
  return variable.slice(0, equals) + within(`expanding env ${quote(variable)}`, () => fill(variable.slice(equals)));
}

function expandedMount(mount: MountBody, fill: Fill): MountBody {
  const { Source, Target, VolumeOptions: options } = mount;
  return {
    ...mount,
    ...(Source && { Source: within(`expanding mount source ${quote(Source)}`, () => fill(Source)) }),
    ...(Target && { Target: within(`expanding mount target ${quote(Target)}`, () => fill(Target)) }),
    ...(options && { VolumeOptions: expandedVolume(options, fill) }),
  };
}

function expandedVolume(options: VolumeOptions, fill: Fill): VolumeOptions {
  const { Labels, DriverConfig: driver } = options;
  const settings = driver?.Options;
  return {
    ...options,
    ...(Labels && { Labels: within("expanding volume labels", () => expandedMap(Labels, fill)) }),
    ...(settings && {
      DriverConfig: {
        ...driver,
        Options: within("expanding volume driver config", () => expandedMap(settings, fill)),
      },
    }),
  };
}

const expandedMap = (map: StringMap, fill: Fill): StringMap =>
  Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key,
      within(`expanding map entry ${quote(key)}=${quote(value)}`, () => fill(value)),
    ]),
  );

/** What fails in `expanded` is told with what it was about. */
function within<Value>(what: string, expanded: () => Value): Value {
  try {
    return expanded();
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(`${what}: ${error.message}`);
    throw error;
  }
}

const lookup = (find: (name: string) => string): TemplateFunction => ({
  parameters: [STRING],
  call: (name) => new GoValue(STRING, find(textOf(name))),
});

function missing(problem: string): never {
  throw new ValueError(problem);
}

/** Its value in the service's own environment; nothing if it has none there. */
function variableOf(env: readonly string[], name: string): string {
  const found = env.find((one) => one.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}
