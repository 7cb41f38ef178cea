/**
 * The docker client on PATH, as the recorder called it: settings of its own, no colours, no hints, UTC.
 *
 * Output goes to files: a program left in the background cannot hold a pipe open. What a line has started ends with it.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Outcome } from "../compare.ts";

/** Variables that would change what the client does. */
const SETTINGS = /^(DOCKER_|COMPOSE_|BUILDKIT_|BUILDX_)/;
const ENVIRONMENT = { LC_ALL: "C.UTF-8", TERM: "dumb", TZ: "UTC" };
const CLIENT_ENVIRONMENT = { BUILDX_NO_DEFAULT_ATTESTATIONS: "1", DOCKER_CLI_HINTS: "false" };
/** Where packages put the client's plugins; the recorder's own places come from its environment. */
const PLUGIN_DIRECTORIES = [
  process.env["GOLDEN_PLUGIN_DIR"],
  join(homedir(), ".docker/cli-plugins"),
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];

export interface ProgramOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly stdin?: string;
}

/** How a program ended, if it did in time. */
export type ProgramOutcome = Outcome | "timeout";

export class DockerClient {
  /** The names of the plugins that it has: "buildx". */
  readonly plugins: ReadonlySet<string>;
  readonly #directory: string;

  /** @param pluginDirectories places to look for plugins before the usual ones */
  constructor(pluginDirectories: readonly string[] = []) {
    this.#directory = mkdtempSync(join(tmpdir(), "bottleship-client-"));
    this.plugins = linkPlugins(join(this.#directory, "cli-plugins"), [...pluginDirectories, ...PLUGIN_DIRECTORIES]);
  }

  /** Whether there is a docker client at all. */
  static get isThere(): boolean {
    return spawnSync("docker", ["--version"]).status === 0;
  }

  /** Runs a line as `bash -c`, as the leader of a session, all of which ends with it. */
  line(host: string, line: string, options: ProgramOptions): Promise<ProgramOutcome> {
    return this.#run(host, ["bash", "-c", line], options);
  }

  /** Runs `docker` with these words. */
  docker(host: string, words: readonly string[], options: ProgramOptions): Promise<ProgramOutcome> {
    return this.#run(host, ["docker", ...words], options);
  }

  /** Removes its settings. */
  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #run(host: string, [program = "", ...words]: readonly string[], options: ProgramOptions) {
    const { cwd, timeoutMs, stdin = "" } = options;
    const work = mkdtempSync(join(this.#directory, "output-"));
    const paths = { stdin: join(work, "in"), stdout: join(work, "out"), stderr: join(work, "err") };
    writeFileSync(paths.stdin, stdin);
    const files = [openSync(paths.stdin, "r"), openSync(paths.stdout, "w"), openSync(paths.stderr, "w")];
    try {
      const child = spawn(program, words, { cwd, env: this.#environment(host), stdio: files, detached: true });
      const exitCode = await ended(child, timeoutMs);
      if (exitCode === "timeout") return exitCode;
      return { exitCode, stdout: readFileSync(paths.stdout, "utf8"), stderr: readFileSync(paths.stderr, "utf8") };
    } finally {
      for (const file of files) closeSync(file);
      rmSync(work, { recursive: true, force: true });
    }
  }

  #environment(host: string): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
    const client = { ...CLIENT_ENVIRONMENT, DOCKER_HOST: host, DOCKER_CONFIG: this.#directory };
    return { ...Object.fromEntries(own), ...ENVIRONMENT, ...client };
  }
}

/** The exit code; as a shell tells it of a program that a signal ended. */
function ended(child: ReturnType<typeof spawn>, timeoutMs: number): Promise<number | "timeout"> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const endAll = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // Nothing of it is left.
      }
    };
    const timer = setTimeout(() => {
      isLate = true;
      endAll();
    }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("exit", (code) => {
      clearTimeout(timer);
      endAll();
      resolve(isLate ? "timeout" : (code ?? 128));
    });
  });
}

/** The first of each name counts. */
function linkPlugins(target: string, directories: readonly (string | undefined)[]): ReadonlySet<string> {
  mkdirSync(target);
  const names = new Set<string>();
  for (const directory of directories) {
    if (directory === undefined || !existsSync(directory)) continue;
    for (const file of readdirSync(directory).sort()) {
      const path = join(directory, file);
      const name = /^docker-(.+)$/.exec(basename(file))?.[1];
      if (name === undefined || names.has(name) || !existsSync(path)) continue;
      symlinkSync(realpathSync(path), join(target, file));
      names.add(name);
    }
  }
  return names;
}
