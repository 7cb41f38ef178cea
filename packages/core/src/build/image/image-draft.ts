/**
 * The configuration of an image while its stage is being planned: every step changes it, and adds to its history.
 *
 * @see BuildKit frontend/dockerfile/dockerfile2llb/convert.go dispatch*, commitToHistory; image.go
 */
import { isSameData, sortKeys } from "../../lib/index.ts";
import {
  type Healthcheck,
  type History,
  type ImageConfig,
  type ImageRunConfig,
  type Platform,
  RUN_CONFIG_FIELDS,
} from "../../oci/index.ts";
import type { Scope } from "../frontend/scope.ts";
import type { Step } from "../frontend/step.ts";
import { createdBy } from "./created-by.ts";

const COMMENT = "buildkit.dockerfile.v0";
const EXPORTER_COMMENT = "buildkit.exporter.image.v0";

/** What is known of a layer besides its files. */
export interface LayerOrigin {
  readonly created: string;
  /** The step that made it. */
  readonly title: string;
}

interface DocumentOptions {
  /** When an image without layers was made. */
  readonly nowText: string;
  /** What made the layers, for other builders. */
  readonly cache?: string | undefined;
  /** When everything new counts as made. */
  readonly epochText?: string;
}

export class ImageDraft {
  readonly platform: Platform;
  readonly #config: ImageRunConfig;
  readonly #history: readonly History[];
  readonly #author: string | undefined;

  private constructor(
    platform: Platform,
    config: ImageRunConfig,
    history: readonly History[],
    author: string | undefined,
  ) {
    this.platform = platform;
    this.#config = config;
    this.#history = history;
    this.#author = author;
  }

  /** An image of which nothing is said. */
  static readonly UNKNOWN = new ImageDraft({ os: "linux", architecture: "" }, {}, [], undefined);

  /** The configuration of `scratch`, or of a base image. */
  static from(platform: Platform, base: ImageConfig | undefined): ImageDraft {
    const { OnBuild: _triggers, ...config } = base?.config ?? { WorkingDir: "/" };
    return new ImageDraft(platform, config, base?.history ?? [], base?.author);
  }

  get config(): ImageRunConfig {
    return this.#config;
  }

  /** Both make the same image of the same layers. */
  isSameAs(other: ImageDraft): boolean {
    return isSameData(
      [this.platform, this.#config, this.#author, this.#history],
      [other.platform, other.#config, other.#author, other.#history],
    );
  }

  /** After a step. `before` is the scope it was dispatched in, `after` the next one; `hasLayer` says that it changed files. */
  with(step: Step, before: Scope, after: Scope, hasLayer: boolean): ImageDraft {
    const entry: History = {
      created_by: createdBy(step, before, hasLayer),
      comment: COMMENT,
      ...(hasLayer ? {} : { empty_layer: true }),
    };
    const author = step.kind === "MAINTAINER" ? step.name : this.#author;
    const config = changed(this.#config, changeOf(step, this.#config, after));
    // A trigger is no history before it is set off.
    const history = step.kind === "ONBUILD" ? this.#history : [...this.#history, entry];
    return new ImageDraft(this.platform, config, history, author);
  }

  /** At the start of a stage: the variables of its image, PATH at least. */
  withEnvironment(scope: Scope): ImageDraft {
    const config = changed(this.#config, { Env: environmentOf(scope) });
    return new ImageDraft(this.platform, config, this.#history, this.#author);
  }

  /** The stage based on this one starts so: triggers are not inherited. */
  forChild(): ImageDraft {
    const { OnBuild: _triggers, ...config } = this.#config;
    return new ImageDraft(this.platform, config, this.#history, this.#author);
  }

  /** Labels that the build was asked to add. */
  withLabels(labels: Readonly<Record<string, string>>): ImageDraft {
    if (Object.keys(labels).length === 0) return this;
    const config = { ...this.#config, Labels: sortKeys({ ...this.#config.Labels, ...labels }) };
    return new ImageDraft(this.platform, config, this.#history, this.#author);
  }

  /**
   * The configuration document, its fields in the order of Go's encoder.
   *
   * @param layers those of the base image included; history gets its times from there
   */
  document(
    diffIds: ImageConfig["rootfs"]["diff_ids"],
    layers: readonly LayerOrigin[],
    { nowText, cache, epochText }: DocumentOptions,
  ): ImageConfig {
    const { architecture, os, variant } = this.platform;
    const entries = completeHistory(this.#history, layers);
    const history = datedHistory(entries, layers, epochText);
    const created = epochText ?? history[history.length - 1]?.created ?? nowText;
    return {
      architecture,
      ...(this.#author === undefined ? {} : { author: this.#author }),
      config: inOrder(this.#config),
      created,
      history,
      ...(cache === undefined ? {} : { "moby.buildkit.cache.v0": cache }),
      os,
      rootfs: { type: "layers", diff_ids: diffIds },
      ...(variant === undefined ? {} : { variant }),
    };
  }
}

/** Layers that no instruction made get entries of their own, at the end. */
function completeHistory(history: readonly History[], layers: readonly LayerOrigin[]): readonly History[] {
  const told = history.filter(({ empty_layer: isEmpty }) => isEmpty !== true).length;
  const added = layers.slice(told).map(({ title }) => ({ created_by: title, comment: EXPORTER_COMMENT }));
  return added.length === 0 ? history : [...history, ...added];
}

/**
 * Gives entries their times: one with a layer that of the layer, the others that of the layer before them, or of the
 * first new one; or all that are new a given one.
 *
 * @see BuildKit exporter/containerimage/writer.go normalizeLayersAndHistory
 */
function datedHistory(
  history: readonly History[],
  layers: readonly LayerOrigin[],
  epochText: string | undefined,
): readonly History[] {
  if (epochText !== undefined) return history.map((entry) => withTime(entry, entry.created ?? epochText));
  let layer = 0;
  const dated = history.map((entry) => {
    const time = entry.empty_layer === true ? undefined : layers[layer++]?.created;
    return withTime(entry, entry.created ?? time);
  });
  const firstOpen = dated.findIndex(({ created }) => created === undefined);
  const afterOpen = dated.slice(Math.max(0, firstOpen)).find(({ created }) => created !== undefined);
  let last = afterOpen?.created ?? dated[firstOpen - 1]?.created;
  let open = false;
  return dated.map((entry) => {
    if (entry.created === undefined) open = true;
    else if (open) last = entry.created;
    return withTime(entry, entry.created ?? last);
  });
}

/** `created` stands first in Go's encoding. */
function withTime(entry: History, created: string | undefined): History {
  return created === undefined ? entry : { created, ...entry };
}

/** A literal that begins with a spread and goes on would have, in Node 20, a hidden class of its own each time. */
function changed(config: ImageRunConfig, change: Partial<ImageRunConfig> | undefined): ImageRunConfig {
  return change === undefined ? config : Object.assign({}, config, change);
}

function changeOf(step: Step, config: ImageRunConfig, after: Scope): Partial<ImageRunConfig> | undefined {
  switch (step.kind) {
    case "ENV":
      return { Env: environmentOf(after) };
    case "LABEL":
      return { Labels: sortKeys({ ...config.Labels, ...Object.fromEntries(step.pairs) }) };
    case "EXPOSE":
      return { ExposedPorts: withKeys(config.ExposedPorts, step.ports) };
    case "VOLUME":
      return { Volumes: withKeys(config.Volumes, step.paths) };
    case "USER":
      return { User: step.user };
    case "WORKDIR":
      return { WorkingDir: after.workingDir };
    case "CMD":
      return { Cmd: step.argv, ArgsEscaped: true };
    case "ENTRYPOINT":
      // A CMD that came before in the same stage was meant for this entry point; an inherited one was not.
      return { Entrypoint: step.argv, ...(after.once.has("CMD") ? {} : { Cmd: null }) };
    case "STOPSIGNAL":
      return { StopSignal: step.signal };
    case "SHELL":
      return { Shell: step.argv };
    case "ONBUILD":
      return { OnBuild: [...(config.OnBuild ?? []), step.trigger] };
    case "HEALTHCHECK":
      return { Healthcheck: healthcheckOf(step) };
    default:
      return undefined;
  }
}

/** As an image's configuration has it: what is not said is left out. */
export function healthcheckOf(step: Extract<Step, { readonly kind: "HEALTHCHECK" }>): Healthcheck {
  const { test, intervalNs, timeoutNs, startPeriodNs, startIntervalNs, retries } = step;
  return {
    Test: test,
    ...(intervalNs === 0 ? {} : { Interval: intervalNs }),
    ...(timeoutNs === 0 ? {} : { Timeout: timeoutNs }),
    ...(startPeriodNs === 0 ? {} : { StartPeriod: startPeriodNs }),
    ...(startIntervalNs === 0 ? {} : { StartInterval: startIntervalNs }),
    ...(retries === 0 ? {} : { Retries: retries }),
  };
}

function environmentOf({ imageEnvironment }: Scope): readonly string[] {
  return [...imageEnvironment].map(([name, value]) => `${name}=${value}`);
}

type KeySet = Readonly<Record<string, Record<string, never>>>;

function withKeys(known: KeySet | undefined, keys: readonly string[]): KeySet {
  return sortKeys({ ...known, ...Object.fromEntries(keys.map((key) => [key, {}])) });
}

/** Empty fields are left out, as `omitempty` does */
function inOrder(config: ImageRunConfig): ImageRunConfig {
  return Object.fromEntries(RUN_CONFIG_FIELDS.flatMap((key) => (isEmpty(config[key]) ? [] : [[key, config[key]]])));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
