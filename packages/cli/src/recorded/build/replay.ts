/**
 * Replays one recorded build on a machine of its own, through docker's command line as the recorder called it.
 *
 * The recorder made every recording twice and kept what agreed. So the replay, too, builds a case once before it looks:
 * what may come from the cache then does.
 */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { CODECS } from "@bottleship/node";
import { ReplayError, within } from "../replay.ts";
import { ClientDisk } from "./client-disk.ts";
import { type FactsOptions, imageFacts, type RecordedExecutable } from "./image-facts.ts";
import { readProgress } from "./progress-lines.ts";
import type { BuildCase, Built, RecordedFile, RecordedRun } from "./recording.ts";

const BASE_IMAGE = "busybox";
const WORKDIR = "/work";
const CONTEXT = "ctx";
const NONCE = "@NONCE@";

/** What a case did: one build, or several. */
export type BuildOutcome = Built | { readonly builds: readonly Built[] };
/** Finds a case by its name, in whatever file it is. */
export type FindCase = (name: string) => BuildCase | undefined;

/** What belongs to the recordings besides the case itself. */
export interface Surroundings {
  readonly findCase: FindCase;
  readonly executable: RecordedExecutable | undefined;
}

/** @throws ReplayError if a base is missing or nothing can end the build */
export async function replayBuild(recorded: BuildCase, { findCase, executable }: Surroundings): Promise<BuildOutcome> {
  const engine = createEngine({ profile: "recorded", codecs: CODECS });
  await engine.docker(["pull", "--quiet", BASE_IMAGE]);
  const bases = [BASE_IMAGE, ...(await buildBases(engine, recorded, findCase, new Set()))];
  const first = new Replay(engine, recorded, { bases, executable }, "first-nonce");
  if (recorded.builds === undefined) await first.build(0);
  const second = new Replay(engine, recorded, { bases, executable }, "second-nonce");
  if (recorded.builds === undefined) return second.build(0);
  const builds: Built[] = [];
  for (const index of recorded.builds.keys()) builds.push(await second.build(index));
  return { builds };
}

/** Builds the images that a case is based on; returns their names. */
async function buildBases(
  engine: Engine,
  { bases }: BuildCase,
  findCase: FindCase,
  done: Set<string>,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const base of bases) {
    if (done.has(base)) continue;
    done.add(base);
    const found = findCase(base);
    if (found === undefined) throw new ReplayError(`no recording of the base ${base}`);
    const below = await buildBases(engine, found, findCase, done);
    const { exitCode, error } = await new Replay(engine, found, { bases: [], executable: undefined }, "nonce").build(0);
    if (exitCode !== 0) throw new ReplayError(`base ${base} failed: ${error}`);
    names.push(...below, imageName(found));
  }
  return names;
}

const imageName = ({ name }: BuildCase): string => `bld-${name}`;

class Replay {
  readonly #engine: Engine;
  readonly #case: BuildCase;
  readonly #facts: FactsOptions;
  readonly #nonce: string;
  readonly #disk = new ClientDisk();

  constructor(engine: Engine, recorded: BuildCase, facts: FactsOptions, nonce: string) {
    this.#engine = engine;
    this.#case = recorded;
    this.#facts = facts;
    this.#nonce = nonce;
    this.#disk.write(`${WORKDIR}/${CONTEXT}`, { dir: true });
    const files = Object.entries({ ...prefixed(recorded.context), ...recorded.extra });
    // Hard links come after what they name.
    for (const isLink of [false, true]) {
      for (const [path, file] of files) {
        if ((typeof file === "object" && "hardlink" in file) === isLink) this.#write(path, file);
      }
    }
  }

  /** Build number `index` of the case. */
  async build(index: number): Promise<Built> {
    const { builds, flags, env, contextArg = CONTEXT } = this.#case;
    const step = builds?.[index];
    for (const [path, file] of Object.entries(step?.contextPatch ?? {})) {
      if (file === null) this.#disk.remove(`${WORKDIR}/${CONTEXT}/${path}`);
      else this.#write(`${CONTEXT}/${path}`, file);
    }
    const stdin = this.#placeDockerfile(step?.dockerfile);
    const argv = [
      ...["buildx", "build", "--progress=rawjson"],
      ...(builds === undefined ? ["--no-cache"] : []),
      ...[...(step?.flags ?? flags)].map((flag) => this.#withNonce(flag)),
      ...["-t", imageName(this.#case), contextArg],
    ];
    const client = { disk: this.#disk, cwd: WORKDIR, env: env ?? {}, ...(stdin === undefined ? {} : { stdin }) };
    const { exitCode, stdout, stderr } = await within(this.#engine, this.#engine.docker(argv, client));
    const built = await this.#outcome(exitCode, stdout, stderr);
    return JSON.parse(JSON.stringify(built).replaceAll(this.#nonce, NONCE)) as Built;
  }

  async #outcome(exitCode: number, stdout: string, stderr: string): Promise<Built> {
    const progressed = readProgress(normalized(stderr));
    const { builds, noImage, result } = this.#case;
    const hasImage = exitCode === 0 && noImage !== true;
    const facts = hasImage ? imageFacts(this.#engine, imageName(this.#case), this.#facts) : undefined;
    const steps = progressed.steps.filter(({ name }) => /^\[[^\]]*\d+\/\d+\] /.test(name));
    const cached = steps.filter((step) => step.cached === true).map(({ name }) => name);
    const notCached = steps.filter((step) => step.cached !== true).map(({ name }) => name);
    return {
      exitCode,
      ...progressed,
      ...facts,
      ...(builds === undefined ? {} : { cached, notCached }),
      ...("run" in result && result.run !== undefined ? { run: await this.#run(result.run) } : {}),
      ...("runs" in result && result.runs !== undefined ? { runs: await this.#runs(result.runs) } : {}),
      ...("clientStdout" in result ? { clientStdout: stdout } : {}),
    };
  }

  async #runs(wanted: readonly RecordedRun[]): Promise<RecordedRun[]> {
    const runs: RecordedRun[] = [];
    for (const one of wanted) runs.push(await this.#run(one));
    return runs;
  }

  async #run({ cmd, options, stderr: wanted }: RecordedRun): Promise<RecordedRun> {
    const argv = ["run", "--rm", "--network", "none", ...(options ?? []), imageName(this.#case), ...cmd];
    const { exitCode, stdout, stderr } = await within(this.#engine, this.#engine.docker(argv));
    const isTold = wanted !== undefined || stderr !== "";
    return { cmd, ...(options === undefined ? {} : { options }), exitCode, stdout, ...(isTold ? { stderr } : {}) };
  }

  /** Puts the Dockerfile where it belongs; returns it if that is standard input. */
  #placeDockerfile(changed: string | undefined): string | Uint8Array | undefined {
    const { dockerfile: own, dockerfilePath = "Dockerfile", stdin } = this.#case;
    const dockerfile = changed ?? own;
    if (dockerfile === null) return undefined;
    if (stdin !== true) {
      this.#write(`${CONTEXT}/${dockerfilePath}`, dockerfile);
      return undefined;
    }
    return typeof dockerfile === "string" ? this.#withNonce(dockerfile) : Buffer.from(dockerfile.base64, "base64");
  }

  #write(path: string, file: RecordedFile): void {
    const content = typeof file === "string" ? this.#withNonce(file) : file;
    this.#disk.write(`${WORKDIR}/${this.#withNonce(path)}`, content, `${WORKDIR}/${CONTEXT}`);
  }

  #withNonce(text: string): string {
    return text.replaceAll(NONCE, this.#nonce);
  }
}

function prefixed(files: Readonly<Record<string, RecordedFile>>): Record<string, RecordedFile> {
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [`${CONTEXT}/${path}`, file]));
}

/** What is different each time, as the recorder wrote it. */
function normalized(stderr: string): string {
  return stderr
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}::[a-z0-9]{25}\b/g, "<REF>")
    .replace(/\/var\/lib\/docker\/(?:tmp\/buildkit-mount\d+|overlay2\/\w+\/(?:merged|diff))/g, "<MOUNT>")
    .replace(/Head \\?"https:[^ ]*\\?": dial tcp: [^\n"]*/g, "<OFFLINE>")
    .replaceAll(`${WORKDIR}/`, "<WORKDIR>/");
}
