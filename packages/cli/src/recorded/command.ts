/** `bottleship recorded`: replays recordings and prints the score. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Terminal, UsageError } from "../terminal.ts";
import { daemonAt, ownDaemon } from "./client/daemon.ts";
import { DockerClient } from "./client/docker-client.ts";
import { clientReplayers } from "./client/replay.ts";
import { IN_PROCESS, openRecordings, type RecordedCase, type Replayers } from "./recordings.ts";
import { CaseSkipped, ReplayError } from "./replay.ts";
import { Score } from "./score.ts";

export const RECORDED_USAGE = `Usage: bottleship recorded --dir DIR [OPTIONS]

Replay what real containers, builds and command lines did on simulated ones, and count what agrees.

Options:
      --dir DIR     Directory of the recordings (or the one that has them in "run", "build" and "cli")
      --json OUT    Also write the score and every failure to the file OUT
      --only NAME   Replay only a category, or a case, of that name (may be repeated)
      --via WAY     docker: with the docker client on PATH, whose daemon is a simulated engine (new for each case);
                    engine: in this process, through engine.docker. Default: docker for transcripts, where there is
                    a client; engine for scripts. Builds are always replayed in this process
      --host ADDR   With the docker client, against the engine that listens there (unix:///PATH, tcp://HOST:PORT):
                    real ones can be scored like this
      --plugins DIR Where the client's plugins buildx and compose are, besides the usual places
  -v, --verbose     Print what differs in every case that fails

The exit code is 0 if all cases agree, 1 if some do not, 2 for bad usage.
`;

type Way = "docker" | "engine";

interface Options {
  readonly dir: string;
  readonly via: Way | undefined;
  readonly host: string | undefined;
  readonly plugins: string | undefined;
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly verbose: boolean;
}

export async function recorded(argv: readonly string[], terminal: Terminal): Promise<number> {
  const options = parse(argv);
  const client = clientFor(options);
  try {
    return await replayAll(options, replayersFor(options, client), terminal);
  } finally {
    client?.close();
  }
}

/** @throws UsageError if the client is asked for and not there */
function clientFor({ via, host, plugins }: Options): DockerClient | undefined {
  if (via === "engine") {
    if (host !== undefined) throw new UsageError("--host is for --via docker");
    return undefined;
  }
  if (DockerClient.isThere) return new DockerClient(plugins === undefined ? [] : [plugins]);
  if (via === "docker" || host !== undefined) throw new UsageError("there is no docker client on PATH");
  return undefined;
}

function replayersFor({ via, host }: Options, client: DockerClient | undefined): Replayers {
  if (client === undefined) return IN_PROCESS;
  const replayers = clientReplayers(client, host === undefined ? ownDaemon : daemonAt(host));
  const isForAll = via === "docker" || host !== undefined;
  return isForAll ? replayers : { ...replayers, run: IN_PROCESS.run };
}

async function replayAll(options: Options, replayers: Replayers, terminal: Terminal): Promise<number> {
  const { dir, only, json, verbose } = options;
  const score = new Score();
  for (const { category, cases } of openRecordings(dir, replayers)) {
    for (const one of cases) {
      if (only.length > 0 && ![category, one.name, `${category}/${one.name}`].some((name) => only.includes(name)))
        continue;
      const problems = await problemsOf(one);
      if (problems instanceof CaseSkipped) {
        score.skip(category, one.name, problems.message);
        continue;
      }
      score.add(category, one.name, problems);
      if (problems.length > 0) terminal.out(`FAIL ${category}/${one.name}\n${verbose ? details(problems) : ""}`);
    }
  }
  if (score.isEmpty) throw new UsageError(`nothing in ${dir} is named ${only.join(" or ")}`);
  terminal.out(score.table());
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(score.document(), undefined, 2)}\n`);
  return score.total.failed === 0 ? 0 : 1;
}

function parse(argv: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        dir: { type: "string" },
        only: { type: "string", multiple: true },
        json: { type: "string" },
        via: { type: "string" },
        host: { type: "string" },
        plugins: { type: "string" },
        verbose: { type: "boolean", short: "v" },
      },
    });
    if (values.dir === undefined) throw new UsageError("--dir is missing");
    const { dir, json, host, plugins, only = [], verbose = false } = values;
    return { dir, json, host, plugins, only, verbose, via: wayOf(values.via) };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function wayOf(text: string | undefined): Way | undefined {
  if (text === undefined || text === "docker" || text === "engine") return text;
  throw new UsageError(`--via is docker or engine, not ${text}`);
}

async function problemsOf(recordedCase: RecordedCase): Promise<readonly string[] | CaseSkipped> {
  try {
    return await recordedCase.replay();
  } catch (error) {
    if (error instanceof CaseSkipped) return error;
    if (error instanceof ReplayError) return [error.message];
    // A bug in the simulator is one failed case, told with where it is.
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

function details(problems: readonly string[]): string {
  return problems.map((problem) => `${problem.replace(/^/gm, "  ")}\n`).join("");
}
