/**
 * Images without a Dockerfile: a program or a declared behaviour, a few files, and the configuration.
 *
 *     engine.images.define("acme/api:1", { behaviour: { listens: 8080, readyAfter: "5s" }, expose: [8080] });
 */
import { executable, type Program } from "../../abi/index.ts";
import type { LayerEntry } from "../../content/index.ts";
import { layerToTar } from "../../content/index.ts";
import { digestOf, type Image } from "../../image/index.ts";
import { basename, clean, encode, StatusError } from "../../lib/index.ts";
import type { Healthcheck, ImageConfig, ImageRunConfig } from "../../oci/index.ts";
import { type Behaviour, behaviourProgram, type Duration, durationUs } from "../../programs/index.ts";

export interface DefinedFile {
  readonly content: string | Uint8Array;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface DefinedHealthcheck {
  /** A shell command, or words. */
  readonly test: string | readonly string[];
  readonly interval?: Duration;
  readonly timeout?: Duration;
  readonly startPeriod?: Duration;
  readonly retries?: number;
}

/** An image without a Dockerfile, for `engine.images.define`. */
export interface ImageDefinition {
  /** What it stands on; "busybox" unless told otherwise, so that there is a shell. "scratch" is nothing. */
  readonly from?: string;
  readonly program?: Program;
  readonly behaviour?: Behaviour;
  /** Files by their absolute path. */
  readonly files?: Readonly<Record<string, string | Uint8Array | DefinedFile>>;
  readonly env?: Readonly<Record<string, string>>;
  /** 8080, "53/udp" */
  readonly expose?: readonly (number | string)[];
  readonly healthcheck?: string | DefinedHealthcheck;
  /** Default: the program, if there is one. */
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly volumes?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
}

/** An image as layers and configuration, and the program that its executable names. */
export interface MadeImage {
  readonly config: ImageConfig;
  /** The archive of its own layer. */
  readonly layer: Uint8Array;
  readonly program: { readonly name: string; readonly run: Program } | undefined;
}

/** @throws StatusError invalid-argument for a program and a behaviour at once, or a path that is not absolute */
export function makeImage(
  name: string,
  definition: ImageDefinition,
  base: Pick<Image, "config"> | undefined,
  nowUs: number,
): MadeImage {
  const { program, behaviour } = definition;
  if (program !== undefined && behaviour !== undefined) {
    throw new StatusError("invalid-argument", `${name}: give a program or a behaviour, not both`);
  }
  const run = program ?? (behaviour === undefined ? undefined : behaviourProgram(behaviour));
  const made = run === undefined ? undefined : { name: `image:${name}`, run };
  const path = `/usr/local/bin/${basename(name.replace(/:[^/]*$/, ""))}`;
  const entries = layerEntries(definition, made === undefined ? undefined : { path, name: made.name }, nowUs);
  const layer = layerToTar(entries);
  const created = base?.config.created ?? "2025-01-01T00:00:00Z";
  const config: ImageConfig = {
    architecture: "amd64",
    config: runConfig(definition, base?.config.config ?? {}, made === undefined ? undefined : path),
    created,
    history: [...(base?.config.history ?? []), { created, created_by: `define ${name}` }],
    os: "linux",
    rootfs: { type: "layers", diff_ids: [...(base?.config.rootfs.diff_ids ?? []), digestOf(layer)] },
  };
  return { config, layer, program: made };
}

function layerEntries(
  { files = {}, workdir }: ImageDefinition,
  program: { readonly path: string; readonly name: string } | undefined,
  mtimeUs: number,
): readonly LayerEntry[] {
  const entries = new Map<string, LayerEntry>();
  const parents = (path: string): void => {
    const parts = path.split("/").slice(0, -1);
    for (let length = 1; length <= parts.length; length++) {
      const parent = parts.slice(0, length).join("/");
      if (!entries.has(parent))
        entries.set(parent, { path: parent, type: "dir", mode: 0o755, uid: 0, gid: 0, mtimeUs });
    }
  };
  const add = (path: string, { content, mode = 0o644, uid = 0, gid = 0 }: DefinedFile): void => {
    if (!path.startsWith("/"))
      throw new StatusError("invalid-argument", `the path of a file must be absolute: ${path}`);
    const relative = clean(path).slice(1);
    parents(relative);
    const bytes = typeof content === "string" ? encode(content) : content;
    entries.set(relative, { path: relative, type: "file", mode, uid, gid, mtimeUs, content: bytes });
  };
  if (program !== undefined) add(program.path, { content: executable(program.name), mode: 0o755 });
  for (const [path, file] of Object.entries(files)) {
    add(path, typeof file === "string" || file instanceof Uint8Array ? { content: file } : file);
  }
  if (workdir !== undefined && workdir !== "/") parents(`${clean(workdir).slice(1)}/.`);
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function runConfig(definition: ImageDefinition, base: ImageRunConfig, program: string | undefined): ImageRunConfig {
  const { env = {}, expose = [], volumes = [], labels, healthcheck, user, workdir, stopSignal, cmd } = definition;
  const entrypoint = definition.entrypoint ?? (program === undefined ? undefined : [program]);
  const names = new Set(Object.keys(env));
  const kept = (base.Env ?? []).filter((variable) => !names.has(variable.split("=", 1)[0] ?? ""));
  const set = (values: readonly string[]): Record<string, Record<string, never>> =>
    Object.fromEntries(values.map((value) => [value, {}]));
  const ports = expose.map((port) => (String(port).includes("/") ? String(port) : `${port}/tcp`));
  return {
    ...base,
    Env: [...kept, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint, Cmd: cmd ?? null }),
    ...(cmd === undefined ? {} : { Cmd: cmd }),
    ...(ports.length === 0 ? {} : { ExposedPorts: { ...base.ExposedPorts, ...set(ports) } }),
    ...(volumes.length === 0 ? {} : { Volumes: { ...base.Volumes, ...set(volumes) } }),
    ...(labels === undefined ? {} : { Labels: { ...base.Labels, ...labels } }),
    ...(healthcheck === undefined ? {} : { Healthcheck: healthcheckOf(healthcheck) }),
    ...(user === undefined ? {} : { User: user }),
    ...(workdir === undefined ? {} : { WorkingDir: workdir }),
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal }),
  };
}

function healthcheckOf(given: string | DefinedHealthcheck): Healthcheck {
  const { test, interval, timeout, startPeriod, retries } =
    typeof given === "string" ? ({ test: given } as DefinedHealthcheck) : given;
  const nanoseconds = (duration: Duration): number => durationUs(duration) * 1_000;
  return {
    Test: typeof test === "string" ? ["CMD-SHELL", test] : ["CMD", ...test],
    ...(interval === undefined ? {} : { Interval: nanoseconds(interval) }),
    ...(timeout === undefined ? {} : { Timeout: nanoseconds(timeout) }),
    ...(startPeriod === undefined ? {} : { StartPeriod: nanoseconds(startPeriod) }),
    ...(retries === undefined ? {} : { Retries: retries }),
  };
}
