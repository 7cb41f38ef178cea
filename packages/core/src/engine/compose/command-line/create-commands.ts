/** `docker compose up`, `create`, `scale`, `build`, `pull`, `down` and `rm`. */

import { ComposeError, type Project, type Service, select } from "../../../compose/index.ts";
import { atoiProblem } from "../../../lib/go/index.ts";
import { goJsonLines } from "../../../oci/index.ts";
import type { Container } from "../../container/container.ts";
import type { FlagValues } from "../../docker/flags/flag.ts";
import { type BakeFileOptions, bakeFile } from "../bake-file.ts";
import { imageName } from "../create-body.ts";
import { downProject } from "../down.ts";
import { buildImage, pullImage, tellBuilt } from "../images.ts";
import { removeStopped, stopProject, stoppedContainers } from "../lifecycle.ts";
import { containersToLog, LogColumn, readLogs, shortName } from "../logs.ts";
import { containersOf, type Operation } from "../operation.ts";
import { startProject } from "../start.ts";
import { createProject, type UpOptions, withScale } from "../up.ts";
import { type ComposeContext, checkProgress } from "./context.ts";
import type { BUILD_FLAGS, CREATE_FLAGS, DOWN_FLAGS, RM_FLAGS, UP_FLAGS, WATCH_FLAGS } from "./flags.ts";

/** Options that were given, by their names. */
type Changed = ReadonlySet<string>;

export async function up(
  context: ComposeContext,
  flags: FlagValues<typeof UP_FLAGS>,
  services: readonly string[],
  changed: Changed,
): Promise<number> {
  checkUp(flags);
  const opened = withScale(context.open({ services }), scaleOf(flags.scale));
  const project = flags["no-deps"] ? select(opened, services, "none") : opened;
  if (project.services.size === 0) throw new ComposeError("no service selected");
  const options = {
    ...createOptions(context, flags, services),
    alwaysRecreateDeps: flags["always-recreate-deps"],
    renewAnonVolumes: flags["renew-anon-volumes"],
    timeoutSeconds: changed.has("timeout") ? flags.timeout : undefined,
    quietBuild: flags["quiet-build"] || context.isQuiet,
  };
  checkNamed(project, flags);
  await createProject(context.operation, project, options);
  if (flags["no-start"]) return 0;
  if (flags.watch) refuseToWatch(project, "see https://docs.docker.com/compose/how-tos/file-watch/");
  const isDetached = flags.detach || flags.wait;
  if (isDetached) {
    await startProject(context.operation, project, { wait: flags.wait, waitTimeoutSeconds: flags["wait-timeout"] });
    return 0;
  }
  return follow(context, project, flags, services);
}

/** @see compose cmd/compose/up.go: validateFlags */
function checkUp(flags: FlagValues<typeof UP_FLAGS>): void {
  const { detach, wait, watch, build } = flags;
  const stopsOnFailure = flags["abort-on-container-failure"];
  const stops = flags["abort-on-container-exit"] || (flags["exit-code-from"] !== "" && !stopsOnFailure);
  const attaches = flags["attach-dependencies"] || flags.attach.length > 0;
  const keeps = flags["no-recreate"];
  const refusals: readonly (readonly [boolean, string])[] = [
    [stops && stopsOnFailure, "--abort-on-container-failure cannot be combined with --abort-on-container-exit"],
    [
      wait && (stops || attaches),
      "--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies",
    ],
    [build && flags["no-build"], "--build and --no-build are incompatible"],
    [
      (detach || wait) && (stops || stopsOnFailure || attaches || watch),
      `--${wait ? "wait" : "detach"} cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch`,
    ],
    [flags["renew-anon-volumes"] && keeps, "--no-recreate and --renew-anon-volumes are incompatible"],
    [flags["force-recreate"] && keeps, "--force-recreate and --no-recreate are incompatible"],
    [flags["always-recreate-deps"] && keeps, "--always-recreate-deps and --no-recreate are incompatible"],
    [flags["no-build"] && watch, "--no-build and --watch are incompatible"],
    [flags.attach.length > 0 && flags["attach-dependencies"], "cannot combine --attach and --attach-dependencies"],
  ];
  const refusal = refusals.find(([isAsked]) => isAsked);
  if (refusal !== undefined) throw new ComposeError(refusal[1]);
}

/** Services that flags name are the project's. @see compose cmd/compose/up.go: apply, runUp */
function checkNamed({ services }: Project, flags: FlagValues<typeof UP_FLAGS>): void {
  const from = flags["exit-code-from"];
  if (from !== "" && !services.has(from)) throw new ComposeError(`no such service: ${from}: not found`);
  const unexpected = flags["no-start"] ? [] : flags.attach.filter((name) => !services.has(name));
  if (unexpected.length > 0) {
    throw new ComposeError(`cannot attach to services not included in up: ${[...new Set(unexpected)].join(", ")}`);
  }
}

/** Attached: shows what the containers write until they have ended, or one has and that is the end of all. */
async function follow(
  context: ComposeContext,
  project: Project,
  flags: FlagValues<typeof UP_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const { operation, session } = context;
  const company = flags["attach-dependencies"] ? "dependencies" : "none";
  const launched = select(project, services, company).services;
  const attached = [...project.services.keys()].filter((name) => {
    const isChosen = flags.attach.length > 0 ? flags.attach.includes(name) : launched.has(name);
    return isChosen && project.services.get(name)?.attach !== false && !flags["no-attach"].includes(name);
  });
  const containers = attached.length === 0 ? [] : containersToLog(operation, project.name, { services: attached });
  session.out(`Attaching to ${containers.map(shortName).join(", ")}\n`);
  const before = session.engine.kernel.nowUs;
  // Attached, compose does not tell of each start.
  await startProject({ ...operation, progress: () => {}, warn: (message) => operation.warn(message) }, project);
  const column = new LogColumn();
  const reading = containers.map(async (container) => {
    const sinceUs = Math.max(container.startedUs, before);
    await showUntilEnd(context, container, column, flags, sinceUs);
  });
  const from = flags["exit-code-from"];
  const endsAll = flags["abort-on-container-exit"] || flags["abort-on-container-failure"] || from !== "";
  const first = endsAll ? await abortOnExit(context, project, containers, flags) : undefined;
  await Promise.all(reading);
  const exitCode = from === "" ? (first?.exitCode ?? 0) : exitCodeOf(operation, project.name, from);
  if (exitCode !== 0) session.err("\n");
  return exitCode;
}

function exitCodeOf(operation: Operation, project: string, service: string): number {
  return containersOf(operation, project, { services: [service] })[0]?.exitCode ?? 0;
}

async function showUntilEnd(
  { session }: ComposeContext,
  container: Container,
  column: LogColumn,
  flags: FlagValues<typeof UP_FLAGS>,
  sinceUs: number,
): Promise<void> {
  const since = `${Math.floor(sinceUs / 1e6)}.${String(sinceUs % 1e6).padStart(6, "0")}`;
  await readLogs(
    session,
    [container],
    { follow: true, timestamps: flags.timestamps, since },
    ({ source, stream, text }) => {
      const line = `${flags["no-log-prefix"] ? "" : column.prefix(source)}${text}\n`;
      if (stream === "stdout") session.out(line);
      else session.err(line);
    },
  );
  session.out(`\r\x1b[K${shortName(container)} exited with code ${container.exitCode}\n`);
}

/** Stops everything when one has ended; returns that one. */
async function abortOnExit(
  { operation, session }: ComposeContext,
  project: Project,
  containers: readonly Container[],
  flags: FlagValues<typeof UP_FLAGS>,
): Promise<Container | undefined> {
  const onlyFailed = flags["abort-on-container-failure"];
  const ended = () => containers.find(({ isActive, exitCode }) => !isActive && (!onlyFailed || exitCode !== 0));
  const isOver = () => ended() !== undefined || containers.every(({ isActive }) => !isActive);
  await session.engine.world.until(isOver, { what: "a container to end" });
  const first = ended();
  if (first === undefined) return undefined;
  session.err("\x1b[31m\x1b[1mAborting on container exit...\x1b[0m\n");
  await stopProject(operation, project, flags.timeout > 0 ? { timeoutSeconds: flags.timeout } : {});
  return first;
}

export async function create(
  context: ComposeContext,
  flags: FlagValues<typeof CREATE_FLAGS>,
  services: readonly string[],
): Promise<number> {
  if (flags.build && flags["no-build"]) throw new ComposeError("--build and --no-build are incompatible");
  if (flags["force-recreate"] && flags["no-recreate"]) {
    throw new ComposeError("--force-recreate and --no-recreate are incompatible");
  }
  const project = withScale(context.open({ services }), scaleOf(flags.scale));
  await createProject(context.operation, project, createOptions(context, flags, services));
  return 0;
}

/** What --pull may say; what it says by itself leaves each service its own. @see compose cmd/compose/create.go */
const PULL_POLICIES: ReadonlySet<string> = new Set(["policy", "always", "never", "build", "missing", "if_not_present"]);

/** @throws ComposeError for a way to pull that there is not */
function createOptions(context: ComposeContext, flags: FlagValues<typeof CREATE_FLAGS>, services: readonly string[]) {
  if (!PULL_POLICIES.has(flags.pull)) throw new ComposeError(`invalid --pull option "${flags.pull}"`);
  const options: UpOptions = {
    services,
    build: flags.build,
    noBuild: flags["no-build"],
    pull: flags.pull === "policy" ? undefined : flags.pull,
    forceRecreate: flags["force-recreate"],
    noRecreate: flags["no-recreate"],
    removeOrphans: flags["remove-orphans"],
    recreateVolumes: flags.yes,
    envFiles: context.envFiles,
  };
  return { ...options, client: context.buildClient(), quietBuild: context.isQuiet };
}

/** `web=3`. @throws ComposeError */
function scaleOf(entries: readonly string[]): Readonly<Record<string, number>> {
  const pairs = entries.map((entry): [string, number] => {
    const [name = "", count, more] = entry.split("=");
    if (count === undefined || more !== undefined || name === "" || count === "") {
      throw new ComposeError(`invalid --scale option "${entry}". Should be SERVICE=NUM`);
    }
    const problem = atoiProblem(count);
    if (problem !== undefined) throw new ComposeError(problem);
    return [name, Number(count)];
  });
  return Object.fromEntries(pairs);
}

/** What it does before there would be something to watch. @see compose cmd/compose/watch.go */
export async function watch(
  context: ComposeContext,
  flags: FlagValues<typeof WATCH_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const project = context.open({ services });
  if (!flags["no-up"]) {
    const client = context.buildClient();
    await createProject(context.operation, project, { services, client, quietBuild: flags.quiet });
    await startProject(context.operation, project);
  }
  refuseToWatch(project, "consider setting a 'develop' section");
}

/** @throws ComposeError always: nobody changes files here */
function refuseToWatch({ services }: Project, advice: string): never {
  const isWatched = [...services.values()].some(({ develop }) => (develop?.watch ?? []).length > 0);
  throw new ComposeError(
    isWatched
      ? "watching is not something that the simulator does: nobody changes files"
      : `none of the selected services is configured for watch, ${advice}`,
  );
}

function scaleSpecifier(entry: string): [string, number] {
  const at = entry.indexOf("=");
  if (at < 0) throw new ComposeError(`invalid scale specifier: ${entry}`);
  const count = entry.slice(at + 1);
  if (!/^[-+]?\d+$/.test(count)) {
    throw new ComposeError(`invalid scale specifier: can't parse replica value as int: ${entry}`);
  }
  return [entry.slice(0, at), Number(count)];
}

export async function scale(context: ComposeContext, noDeps: boolean, entries: readonly string[]): Promise<number> {
  const wanted = Object.fromEntries(entries.map(scaleSpecifier));
  const services = Object.keys(wanted);
  const opened = withScale(context.open({ services }), wanted);
  const project = noDeps ? select(opened, services, "none") : opened;
  await createProject(context.operation, project, { services, client: context.buildClient() });
  await startProject(context.operation, project);
  return 0;
}

export async function build(
  context: ComposeContext,
  flags: FlagValues<typeof BUILD_FLAGS>,
  services: readonly string[],
): Promise<number> {
  if (flags.progress !== "") {
    checkProgress(flags.progress);
    context.session.err("--progress is a global compose flag, better use `docker compose --progress xx build ...\n");
  }
  const opened = context.open();
  // Services that are named have their profiles.
  const named = services.map((name): [string, Service] => {
    const service = opened.services.get(name) ?? opened.disabled.get(name);
    if (service === undefined) throw new ComposeError(`no such service: ${name}`);
    return [name, service];
  });
  const project = { ...opened, services: new Map([...opened.services, ...named]) };
  const args = Object.fromEntries(flags["build-arg"].map(buildArgument));
  const isQuiet = flags.quiet || flags.progress === "quiet" || context.isQuiet;
  const words = [
    ...(flags["no-cache"] ? ["--no-cache"] : []),
    ...(flags.pull ? ["--pull"] : []),
    ...(["builder", "provenance", "sbom", "ssh"] as const).flatMap((one) =>
      flags[one] === "" ? [] : [`--${one}`, flags[one]],
    ),
  ];
  const chosen = flags["with-dependencies"] ? [...context.open({ services }).services.keys()] : services;
  const wanted = [...project.services]
    .filter(([name]) => chosen.length === 0 || chosen.includes(name))
    .map(([name, service]) => [name, withArguments(service, args)] as const);
  if (flags.print || flags.check) return bakeServices(context, bakeFile(project, wanted, bakeOptions(flags)), flags);
  for (const [name, service] of wanted) {
    const options = { client: context.buildClient(), quietBuild: isQuiet };
    const push = flags.push && service.image !== undefined ? ["--push"] : [];
    await buildImage(context.operation, project, name, service, options, [...words, ...push]);
    if (!isQuiet) tellBuilt(context.operation, project, name, service);
  }
  return 0;
}

type BuildFlags = FlagValues<typeof BUILD_FLAGS>;

function bakeOptions({ "no-cache": noCache, pull, push, check, ssh }: BuildFlags): BakeFileOptions {
  return { noCache, pull, push, check, ssh: ssh === "" ? [] : [ssh] };
}

/** Shows the file that buildx would get, or has buildx look at what is in it. */
async function bakeServices(
  { session }: ComposeContext,
  file: object | undefined,
  { print, quiet }: BuildFlags,
): Promise<number> {
  if (file === undefined) return 0;
  const text = goJsonLines(file);
  if (print) {
    session.lines([text]);
    return 0;
  }
  const { disk, cwd, client } = session;
  const { exitCode, stdout, stderr } = await session.engine.docker(
    ["buildx", "bake", "--file", "-", "--progress", quiet ? "quiet" : "plain"],
    { ...(disk === undefined ? {} : { disk }), cwd, env: Object.fromEntries(client.env), stdin: text },
  );
  session.out(stdout);
  session.err(stderr);
  if (exitCode === 0) return 0;
  throw new ComposeError(`failed to execute bake: exit status ${exitCode}`);
}

/** A bare name takes its value from the client's environment; without one there it has none. */
function buildArgument(text: string): [name: string, value: string | null] {
  const at = text.indexOf("=");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function withArguments(service: Service, args: Readonly<Record<string, string | null>>): Service {
  const { build } = service;
  return build === undefined ? service : { ...service, build: { ...build, args: { ...build.args, ...args } } };
}

export async function pull(context: ComposeContext, services: readonly string[]): Promise<number> {
  const project = context.open({ services });
  for (const [name, service] of project.services) {
    if ((services.length > 0 && !services.includes(name)) || service.build !== undefined) continue;
    await pullImage(context.operation, name, imageName(project.name, name, service));
  }
  return 0;
}

export async function down(
  context: ComposeContext,
  flags: FlagValues<typeof DOWN_FLAGS>,
  services: readonly string[],
  changed: Changed,
): Promise<number> {
  const { project, hasFiles } = context.openOrFind(services);
  if (flags.rmi !== "" && flags.rmi !== "all" && flags.rmi !== "local") {
    throw new ComposeError(`invalid value for --rmi: ${JSON.stringify(flags.rmi)}`);
  }
  const known = hasFiles ? services : services.filter((name) => project.services.has(name));
  if (services.length > 0 && known.length === 0) {
    context.tellInfo(`Any of the services [${services.join(" ")}] not running in project "${project.name}"`);
    return 0;
  }
  await downProject(context.operation, project, {
    services: known,
    removeOrphans: flags["remove-orphans"],
    volumes: flags.volumes,
    images: flags.rmi === "" ? undefined : flags.rmi,
    timeoutSeconds: changed.has("timeout") ? flags.timeout : undefined,
  });
  return 0;
}

const YES = /^(1|t|true|y|yes)$/i;

export async function rm(
  context: ComposeContext,
  flags: FlagValues<typeof RM_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const { project } = context.openOrFind(services);
  if (flags.stop) await stopProject(context.operation, project, { services });
  const containers = stoppedContainers(context.operation, project, services);
  if (containers.length === 0) {
    context.session.err("No stopped containers\n");
    return 0;
  }
  const message = `Going to remove ${containers.map(({ name }) => name).join(", ")}`;
  if (!flags.force) {
    context.session.out(message);
    if (!YES.test((await context.session.answer()).trim())) return 0;
  } else context.session.out(`${message}\n`);
  await removeStopped(context.operation, containers, flags.volumes);
  return 0;
}
