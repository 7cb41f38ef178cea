/** `docker compose events`, `wait`, `stats` and `attach`: what containers do from now on. */
import { ComposeError } from "../../../compose/index.ts";
import { quote } from "../../../lib/go/index.ts";
import type { FlagValues } from "../../docker/flags/flag.ts";
import { renderStats } from "../../docker/lists/stats.ts";
import { logTimeOf, timeOf } from "../../documents/time.ts";
import { downProject } from "../down.ts";
import { foundProject } from "../found-project.ts";
import { PROJECT } from "../labels.ts";
import { runningContainer } from "../lifecycle.ts";
import { containersOf } from "../operation.ts";
import type { ComposeContext } from "./context.ts";
import type { ATTACH_FLAGS, EVENTS_FLAGS, STATS_FLAGS, WAIT_FLAGS } from "./flags.ts";
import { plainDocker } from "./plain-docker.ts";

const OWN = "com.docker.compose.";

interface Message {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** Each event of a container is told as docker tells it, without the labels that are compose's. */
export async function events(
  context: ComposeContext,
  flags: FlagValues<typeof EVENTS_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const { session } = context;
  const { disk, signal } = session;
  const period = [
    ...(flags.since === "" ? [] : ["--since", flags.since]),
    ...(flags.until === "" ? [] : ["--until", flags.until]),
  ];
  let rest = "";
  const show = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [nanoseconds = "", json = ""] = line.split("\t");
      const timeUs = Number(nanoseconds.slice(0, -3));
      session.out(eventText(JSON.parse(json) as Message, { timeUs, services, isJson: flags.json }));
    }
  };
  const format = "{{.TimeNano}}\t{{json .}}";
  const filter = `label=${PROJECT}=${context.projectName()}`;
  const { exitCode } = await session.engine.docker(["events", "--filter", filter, "--format", format, ...period], {
    onOutput: (stream, text) => (stream === "stdout" ? show(text) : session.err(text)),
    ...(disk === undefined ? {} : { disk }),
    ...(signal === undefined ? {} : { signal }),
  });
  // Compose takes the end of the stream for a failure.
  if (exitCode === 0 && flags.until !== "") throw new ComposeError("EOF");
  return exitCode;
}

interface Shown {
  /** Microseconds since 1970. */
  readonly timeUs: number;
  readonly services: readonly string[];
  readonly isJson: boolean;
}

function eventText({ Type, Action, Actor }: Message, { timeUs, services, isJson }: Shown): string {
  const { [`${OWN}service`]: service = "", [`${OWN}oneoff`]: oneOff } = Actor.Attributes;
  const isWanted = services.length === 0 || services.includes(service);
  if (Type !== "container" || oneOff === "True" || !isWanted) return "";
  const own = Object.entries(Actor.Attributes)
    .filter(([name]) => !name.startsWith(OWN))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (!isJson) {
    const about = own.map(([name, value]) => `${name}=${value}`).join(", ");
    const time = logTimeOf(timeUs).replace("T", " ").slice(0, "2006-01-02 15:04:05.000000".length);
    return `${time} container ${Action} ${Actor.ID} (${about})\n\n`;
  }
  const time = timeOf(timeUs);
  const attributes = Object.fromEntries(own);
  return `${JSON.stringify({ action: Action, attributes, id: Actor.ID, service, time, type: "container" })}\n`;
}

/** Waits for containers to end; the exit code is that of the last. */
export async function wait(
  context: ComposeContext,
  flags: FlagValues<typeof WAIT_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const { session, operation } = context;
  const { project } = context.openOrFind();
  const own = containersOf(session, project.name, { services, all: false, oneOffs: "include" });
  if (own.length === 0) throw new ComposeError(`no containers for project ${quote(project.name)}`);
  let last = 0;
  await Promise.all(
    own.map(async (container) => {
      last = await session.engine.containers.wait(container, session.interruptible);
      session.lines([`container ${quote(container.id)} exited with status code ${last}`]);
    }),
  );
  if (flags["down-project"]) {
    await downProject(operation, foundProject(session, project.name), { removeOrphans: true });
  }
  return last;
}

export async function stats(
  context: ComposeContext,
  flags: FlagValues<typeof STATS_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const own = containersOf(context.session, context.projectName(), { services, all: flags.all, oneOffs: "include" });
  const words = [
    ...(flags["no-stream"] ? ["--no-stream"] : []),
    ...(flags["no-trunc"] ? ["--no-trunc"] : []),
    ...(flags.format === "" ? [] : ["--format", flags.format]),
  ];
  if (own.length === 0) {
    context.session.out(renderStats([], { format: flags.format, noTrunc: flags["no-trunc"] }));
    return 0;
  }
  return plainDocker(context, ["stats", ...words, ...own.map(({ id }) => id)]);
}

export async function attach(
  context: ComposeContext,
  flags: FlagValues<typeof ATTACH_FLAGS>,
  [service = ""]: readonly string[],
): Promise<number> {
  const { id } = runningContainer(context.session, context.projectName(), service, flags.index);
  const words = [
    ...(flags["detach-keys"] === "" ? [] : ["--detach-keys", flags["detach-keys"]]),
    ...(flags["no-stdin"] ? ["--no-stdin"] : []),
    ...(flags["sig-proxy"] ? [] : ["--sig-proxy=false"]),
  ];
  const exitCode = await plainDocker(context, ["attach", ...words, id], { readsInput: !flags["no-stdin"] });
  // Docker has an error without words of another program's exit code.
  if (exitCode !== 0) context.session.err("\n");
  return exitCode;
}
