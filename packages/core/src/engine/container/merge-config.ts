/**
 * What a container gets from its image, and what the caller overrides.
 *
 * @see moby daemon/commit.go: merge, runconfig/config.go
 */
import { clean } from "../../lib/index.ts";
import type { ImageRunConfig } from "../../oci/index.ts";
import type { ContainerConfig, HealthConfig, StringMap } from "../docker/create-body.ts";

const NO_STRINGS: readonly string[] = [];

export function mergeConfig(given: Partial<ContainerConfig>, image: ImageRunConfig): Partial<ContainerConfig> {
  const cmd = given.Cmd ?? [];
  return {
    // A literal that began with a spread would get a hidden class of its own each time: a kilobyte for each container.
    Image: "",
    ...given,
    User: given.User === undefined || given.User === "" ? (image.User ?? "") : given.User,
    Env: mergeEnv(given.Env ?? NO_STRINGS, image.Env ?? null),
    WorkingDir: cleaned(
      given.WorkingDir === undefined || given.WorkingDir === "" ? image.WorkingDir : given.WorkingDir,
    ),
    Labels: mergeLabels(given.Labels, image.Labels),
    Entrypoint: given.Entrypoint ?? image.Entrypoint ?? null,
    // An entrypoint of the caller's does without the image's command, unless it is an empty list.
    Cmd: cmd.length > 0 ? cmd : (given.Entrypoint?.length ?? 0) > 0 ? null : (image.Cmd ?? null),
    ...mergeSets("ExposedPorts", given, image),
    ...mergeSets("Volumes", given, image),
    ...mergeHealth(given.Healthcheck, image.Healthcheck),
    ...(given.StopSignal === undefined && image.StopSignal !== undefined ? { StopSignal: image.StopSignal } : {}),
  };
}

/** One empty word, also that of an image, means no entry point. @see moby daemon/container.go mergeAndVerifyConfig */
export function withoutEmptyEntrypoint(config: Partial<ContainerConfig>): Partial<ContainerConfig> {
  const { Entrypoint: entrypoint } = config;
  return entrypoint?.length === 1 && entrypoint[0] === "" ? { ...config, Entrypoint: null } : config;
}

const cleaned = (path = ""): string => (path === "" ? "" : clean(path));

const NO_LABELS: StringMap = {};

function mergeLabels(given: StringMap | null | undefined, image: StringMap | undefined): StringMap {
  return given || image ? { ...image, ...given } : NO_LABELS;
}

/** The caller's variables, then those of the image that the caller does not name; a bare name counts as one. */
function mergeEnv(given: readonly string[], image: readonly string[] | null): readonly string[] | null {
  if (given.length === 0 || image === null) return given.length === 0 ? image : given;
  const name = (variable: string): string => variable.split("=", 1)[0] ?? "";
  const named = new Set(given.map(name));
  return [...given, ...image.filter((variable) => !named.has(name(variable)))];
}

function mergeSets(key: "ExposedPorts" | "Volumes", given: Partial<ContainerConfig>, image: ImageRunConfig) {
  const merged = { ...image[key], ...given[key] };
  return Object.keys(merged).length === 0 ? {} : { [key]: merged };
}

/** What is given, and what the image says of the rest. */
export function mergeHealth(given: HealthConfig | undefined, image: HealthConfig | undefined) {
  if (given === undefined) return image === undefined ? {} : { Healthcheck: image };
  if (image === undefined) return { Healthcheck: given };
  const chosen = Object.entries(given).filter(([, value]) => value !== 0 && value !== undefined);
  return { Healthcheck: { ...image, ...Object.fromEntries(chosen) } };
}
