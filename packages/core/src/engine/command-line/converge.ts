/**
 * Waiting until a service's tasks are as they should be, and stay so for a while: what `docker service create` and its
 * kin show meanwhile, where standard output is no terminal.
 *
 * @see docker/cli cli/command/service/progress/progress.go
 */
import { failure } from "../docker/problem.ts";
import { Filters } from "../select/filters.ts";
import { selectTasks } from "../swarm/select-tasks.ts";
import type { Service, UpdateStatus } from "../swarm/service.ts";
import { DEFAULT_MONITOR } from "../swarm/service-spec.ts";
import { isJob, modeName } from "../swarm/services.ts";
import type { Task } from "../swarm/task.ts";
import type { Session } from "./session.ts";

const POLL_US = 200_000;
const NS_PER_US = 1000;
/** With more tasks than these the client shows none of them by itself. */
const MOST_BARS = 20;
/** Unlike the real client, this one gives up after an hour. */
const LIMIT_US = 3_600_000_000;
const VERIFY = "verify: ";

interface WaitOptions {
  /** What the user calls the service. */
  readonly name?: string;
  readonly quiet: boolean;
}

/** Waits for a service as the client does. @throws CliError when an update is paused or taken back */
export async function awaitService(session: Session, id: string, options: WaitOptions): Promise<void> {
  const wait = new ServiceWait(session, id, options);
  const limitUs = session.engine.kernel.nowUs + LIMIT_US;
  while (!(await wait.isOver())) {
    if (session.engine.kernel.nowUs >= limitUs)
      throw failure(`bottleship: service ${options.name ?? id} has not converged within an hour`);
    await pause(session);
  }
}

/** Waits until nothing runs any more of a service that has been removed. */
export async function awaitRemoval({ engine, signal }: Session, id: string): Promise<void> {
  const isGone = (): boolean => engine.swarm.cluster.tasks.of(id).every((task) => task.hasEnded);
  await engine.world.until(isGone, { what: "tasks to end", ...(signal && { signal }) });
}

async function pause({ engine, signal }: Session): Promise<void> {
  signal?.throwIfAborted();
  await engine.world.sleep(POLL_US);
}

class ServiceWait {
  readonly #session: Session;
  readonly #id: string;
  readonly #name: string;
  readonly #print: (line: string) => void;
  #isDrawn = false;
  #isRollingBack = false;
  /** All tasks run. */
  #isDone = false;
  #convergedUs: number | undefined;

  constructor(session: Session, id: string, { name = id, quiet }: WaitOptions) {
    this.#session = session;
    this.#id = id;
    this.#name = name;
    this.#print = quiet ? () => {} : (line) => session.lines([line]);
  }

  /** Looks once, and shows what there is to be seen. */
  async isOver(): Promise<boolean> {
    const { engine } = this.#session;
    const service = await this.#session.call("ServiceInspect", this.#id, () =>
      engine.swarm.cluster.services.get(this.#id),
    );
    if (service.update !== undefined && this.#heeds(service.update)) return true;
    const monitorUs = (service.spec.UpdateConfig?.Monitor ?? DEFAULT_MONITOR) / NS_PER_US;
    const nowUs = (): number => engine.kernel.nowUs;
    if (this.#convergedUs !== undefined && nowUs() - this.#convergedUs >= monitorUs) {
      this.#print(`${VERIFY}Service ${this.#name} converged`);
      return true;
    }
    const filters = Filters.of({ service: [this.#id], "_up-to-date": ["true"] });
    const tasks = await this.#session.call("TaskList", "", () => selectTasks(engine.swarm.cluster, filters));
    if (isJob(service.spec.Mode)) return this.#watchJob(service, tasks);
    const isConverged = this.#watch(service, latest(tasks));
    if (!isConverged) this.#convergedUs = undefined;
    else this.#convergedUs ??= nowUs();
    if (this.#convergedUs === undefined) return false;
    const leftSeconds = Math.ceil((monitorUs - (nowUs() - this.#convergedUs)) / 1e6);
    if (leftSeconds > 0) this.#print(`${VERIFY}Waiting ${leftSeconds} seconds to verify that tasks are stable...`);
    return false;
  }

  /** What an update has come to; true if there is nothing more to wait for. @throws CliError */
  #heeds({ state, message }: UpdateStatus): boolean {
    const isConverged = this.#convergedUs !== undefined;
    switch (state) {
      case "updating":
        this.#isRollingBack = false;
        return false;
      case "completed":
        return !isConverged && this.#isDrawn && this.#isDone;
      case "paused":
        throw failure(`service update paused: ${message}`);
      case "rollback_started":
        if (!this.#isRollingBack && message !== "") this.#print(`rollback: ${message}`);
        this.#isRollingBack = true;
        return false;
      case "rollback_paused":
        throw failure(`service rollback paused: ${message}`);
      case "rollback_completed":
        if (!isConverged && !this.#isRollingBack) throw failure(`service rolled back: ${message}`);
        return false;
    }
  }

  /** Whether as many tasks run as should. */
  #watch(service: Service, tasks: readonly Task[]): boolean {
    const isGlobal = modeName(service.spec.Mode) === "global";
    const wanted = isGlobal ? this.#nodes() : (service.spec.Mode.Replicated?.Replicas ?? 1);
    if (!this.#isDrawn) {
      this.#isDrawn = true;
      this.#overall(0, wanted);
      if (!isGlobal) this.#bars(wanted);
    }
    const running = tasks.filter(({ state }) => state === "running").length;
    if (
      this.#isDone &&
      running < tasks.length &&
      tasks.some(({ state, error }) => state !== "running" && error !== "")
    ) {
      this.#print(`${VERIFY}Detected task failure`);
      this.#isDone = false;
    }
    if (wanted <= MOST_BARS)
      for (const task of tasks) if (task.error !== "") this.#print(`${task.slot}/${wanted}: ${task.error}`);
    if (!this.#isDone) {
      this.#overall(running, wanted);
      this.#isDone = running === wanted;
    }
    return running === wanted;
  }

  #nodes(): number {
    const { nodes } = this.#session.engine.swarm.cluster;
    return nodes.list(new Filters()).filter(({ spec }) => spec.Availability === "active").length;
  }

  #overall(running: number, wanted: number): void {
    const rollback = this.#isRollingBack ? "rolling back update: " : "";
    this.#print(`overall progress: ${rollback}${running} out of ${wanted} tasks`);
  }

  #bars(count: number): void {
    for (let bar = 1; bar <= count && count <= MOST_BARS; bar++) this.#print(`${bar}/${count}:  `);
  }

  /** A job is over when as many tasks have completed as should. */
  #watchJob({ spec, iteration }: Service, tasks: readonly Task[]): boolean {
    const { ReplicatedJob: job } = spec.Mode;
    const total = job === undefined ? this.#nodes() : (job.TotalCompletions ?? 1);
    const most = job === undefined ? total : job.MaxConcurrent || total;
    const own = tasks.filter((task) => task.iteration === iteration);
    const completed = own.filter(({ state }) => state === "complete").length;
    const active = own.filter(({ hasEnded }) => !hasEnded).length;
    if (!this.#isDrawn) {
      this.#isDrawn = true;
      this.#print(`active tasks: 0 out of ${Math.min(most, total)} tasks`);
      if (job !== undefined) this.#bars(total);
    }
    this.#print(`active tasks: ${active} out of ${Math.min(most, total - completed)} tasks`);
    if (completed < total) return false;
    this.#print("job complete");
    return true;
  }
}

/** For each slot the task that is to run, or else the newest one. Those that go for good do not count. */
function latest(tasks: readonly Task[]): readonly Task[] {
  const bySlot = new Map<string, Task>();
  for (const task of tasks.filter(({ desired }) => desired !== "remove").sort((a, b) => a.createdUs - b.createdUs)) {
    const key = task.slot === 0 ? task.nodeId : String(task.slot);
    const before = bySlot.get(key);
    if (before === undefined || task.isWanted || !before.isWanted) bySlot.set(key, task);
  }
  return [...bySlot.values()].sort((a, b) => a.slot - b.slot);
}
