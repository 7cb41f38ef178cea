/**
 * crond: run jobs at their times.
 *
 * Each minute that has passed is looked at once. Jobs write where crond does, in the foreground; their lists are read anew
 * when crontab(1) says so, when their directory has changed, and once an hour.
 *
 * Unlike busybox's it sends no mail: there is nobody who would bring it. Its log has nobody to take it but a file.
 *
 * @see crond(8)
 */
import {
  chdir,
  clock_gettime,
  clone,
  close,
  Errno,
  nanosleep,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
  open,
  type Routine,
  setpgid,
  stat,
  unlink,
  WNOHANG,
  wait4,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, US_PER_SECOND, zoneOf } from "../../dates.ts";
import { namesIn } from "../../directory.ts";
import { execvp } from "../../exec.ts";
import { getopt } from "../../getopt.ts";
import { AppletExit, attempt, type Io, readText } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { type User, userByName } from "../../passwd.ts";
import { VERSION } from "../../version.ts";
import { changeIdentity } from "../system/identity.ts";
import { isDue, parseSchedule, type Schedule, SPECIAL_TIMES } from "./cron-schedule.ts";
import { CRON_UPDATE, CRONTABS } from "./crontab.ts";
import { daemonize } from "./daemonize.ts";

const DEFAULT_LEVEL = 8;
/** What crond says of itself and of jobs that it starts, and of files that it passes over. */
const [TELLS, WARNS] = [8, 7];
const MINUTE = 60;
/** Minutes between looks at everything. */
const RESCAN = 60;
/** With jobs running it looks more often whether they have ended. */
const BUSY_SECONDS = 10;
const MOST_MINUTES = 60;
/** There since the machine was started: jobs for that moment have run. */
const REBOOT_MARK = "/var/run/crond.reboot";

interface Job {
  readonly schedule: Schedule | "reboot";
  readonly command: string;
  readonly shell: string;
  readonly path: string | undefined;
  pid: number | undefined;
}

export const crond: Applet = function* (io) {
  const options = yield* getopt(io, "l:+L:fbSc:");
  const level = options.number("l") ?? DEFAULT_LEVEL;
  const last = options.given.findLast(([letter]) => letter === "f" || letter === "b")?.[0];
  const daemon = new Crond(io, options.value("c") ?? CRONTABS, level, options.value("L"));
  if (last === "f") return yield* daemon.run();
  yield* daemonize(() => daemon.run());
  return 0;
};

class Crond {
  readonly #io: Io;
  readonly #directory: string;
  readonly #level: number;
  readonly #logPath: string | undefined;
  readonly #jobs = new Map<string, Job[]>();
  #changedUs = 0;

  constructor(io: Io, directory: string, level: number, logPath: string | undefined) {
    this.#io = io;
    this.#directory = directory;
    this.#level = level;
    this.#logPath = logPath;
  }

  *run(): Routine<number> {
    yield* this.#openLog();
    yield* this.#enter();
    yield* this.#log(TELLS, `crond (busybox ${VERSION}) started, log level ${this.#level}`);
    yield* this.#rescan();
    const mark = yield* attempt(open(REBOOT_MARK, O_WRONLY | O_CREAT | O_EXCL, 0));
    if (!(mark instanceof Errno)) {
      yield* close(mark);
      yield* this.#start(({ schedule }) => schedule === "reboot");
    }
    let pause = MINUTE;
    let nowSeconds = yield* this.#seconds();
    for (let rescan = RESCAN; ; ) {
      const lastSeconds = nowSeconds;
      yield* nanosleep((pause - (nowSeconds % pause)) * US_PER_SECOND);
      nowSeconds = yield* this.#seconds();
      yield* this.#openLog();
      if (--rescan === 0 || (yield* this.#hasChanged())) {
        rescan = RESCAN;
        yield* this.#rescan();
      }
      yield* this.#readUpdate();
      const passed = nowSeconds - lastSeconds;
      if (Math.abs(passed) > MOST_MINUTES * MINUTE) {
        yield* this.#say(`time disparity of ${Math.trunc(passed / MINUTE)} minutes detected`);
      } else if (passed > 0) {
        yield* this.#startDue(lastSeconds, nowSeconds);
        pause = (yield* this.#reap()) ? BUSY_SECONDS : MINUTE;
      }
    }
  }

  *#seconds(): Routine<number> {
    return Math.floor((yield* clock_gettime()) / US_PER_SECOND);
  }

  *#enter(): Routine<void> {
    const failure = yield* chdir(this.#directory).attempt();
    if (!(failure instanceof Errno)) return;
    yield* this.#say(`can't change directory to '${this.#directory}': ${failure.message}`);
    throw new AppletExit(1);
  }

  /** The log is the file of that name, even if another has taken its place since. */
  *#openLog(): Routine<void> {
    if (this.#logPath === undefined) return;
    const fd = yield* attempt(open(this.#logPath, O_WRONLY | O_CREAT | O_APPEND, 0o666));
    if (fd instanceof Errno) return yield* this.#io.perror(`can't open '${this.#logPath}'`, fd);
    yield* moveFd(fd, 2);
  }

  *#log(level: number, message: string): Routine<void> {
    if (level >= this.#level) yield* this.#say(message);
  }

  /** Without a file messages are for syslog, where nobody listens. */
  *#say(message: string): Routine<void> {
    if (this.#logPath !== undefined) yield* this.#io.err.write(`${this.#io.name}: ${message}\n`);
  }

  *#hasChanged(): Routine<boolean> {
    const status = yield* attempt(stat("."));
    return !(status instanceof Errno) && status.mtimeUs !== this.#changedUs;
  }

  *#rescan(): Routine<void> {
    this.#jobs.clear();
    yield* attempt(unlink(CRON_UPDATE));
    yield* this.#enter();
    const names = yield* attempt(namesIn("."));
    for (const name of names instanceof Errno ? [] : names) if (!name.includes(".")) yield* this.#load(name);
    const status = yield* attempt(stat("."));
    if (!(status instanceof Errno)) this.#changedUs = status.mtimeUs;
  }

  *#readUpdate(): Routine<void> {
    const text = yield* attempt(readText(CRON_UPDATE));
    if (text instanceof Errno) return;
    yield* attempt(unlink(CRON_UPDATE));
    for (const name of text.split("\n")) if (name !== "") yield* this.#load(name);
    const status = yield* attempt(stat("."));
    if (!(status instanceof Errno)) this.#changedUs = status.mtimeUs;
  }

  /** Only files of root's count. */
  *#load(name: string): Routine<void> {
    this.#jobs.delete(name);
    if ((yield* userByName(this.#io, name)) === undefined) {
      return yield* this.#log(WARNS, `ignoring file '${name}' (no such user)`);
    }
    const status = yield* attempt(stat(name));
    const text = yield* attempt(readText(name));
    if (text instanceof Errno || status instanceof Errno || status.uid !== 0) return;
    const complaints: string[] = [];
    this.#jobs.set(name, parseCrontab(text, this.#io.env.get("SHELL") ?? "/bin/sh", complaints));
    for (const field of complaints) yield* this.#say(`user ${name}: parse error at ${field}`);
  }

  *#startDue(fromSeconds: number, toSeconds: number): Routine<void> {
    const zone = zoneOf(this.#io.env.get("TZ"));
    for (let at = fromSeconds - (fromSeconds % MINUTE); at <= toSeconds; at += MINUTE) {
      if (at <= fromSeconds) continue;
      const civil = civilOf(at * US_PER_SECOND, zone);
      yield* this.#start(({ schedule }) => schedule !== "reboot" && isDue(schedule, civil));
    }
  }

  *#start(isWanted: (job: Job) => boolean): Routine<void> {
    for (const [name, jobs] of this.#jobs) {
      for (const job of jobs.filter(isWanted)) {
        if (job.pid !== undefined) {
          yield* this.#log(TELLS, `user ${name}: process already running: ${job.command}`);
          continue;
        }
        const user = yield* userByName(this.#io, name);
        if (user === undefined) continue;
        job.pid = yield* clone(runJob, { io: this.#io, user, job });
        yield* this.#log(TELLS, `USER ${name} pid ${String(job.pid).padStart(3)} cmd ${job.command}`);
      }
    }
  }

  /** Takes leave of jobs that have ended. True if some are left. */
  *#reap(): Routine<boolean> {
    let isBusy = false;
    for (const job of [...this.#jobs.values()].flat()) {
      if (job.pid === undefined) continue;
      const ended = yield* attempt(wait4(job.pid, WNOHANG));
      if (ended !== undefined) job.pid = undefined;
      else isBusy = true;
    }
    return isBusy;
  }
}

function* runJob({ io, user, job }: { readonly io: Io; readonly user: User; readonly job: Job }): Routine<number> {
  yield* changeIdentity(io, user);
  if ((yield* chdir(user.home).attempt()) instanceof Errno) yield* attempt(chdir("/var/spool/cron"));
  yield* setpgid(0, 0);
  const env = new Map([...io.env, ["LOGNAME", user.name], ["USER", user.name], ["HOME", user.home]]);
  env.set("SHELL", job.shell);
  if (job.path !== undefined) env.set("PATH", job.path);
  yield* execvp([job.shell, "-c", job.command], env);
  yield* io.warn(`can't execute '${job.shell}' for user ${user.name}`);
  return 1;
}

function parseCrontab(text: string, usualShell: string, complaints: string[]): Job[] {
  const jobs: Job[] = [];
  let shell = usualShell;
  let path: string | undefined;
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "" || line.startsWith("#") || line.startsWith("MAILTO=")) continue;
    if (line.startsWith("SHELL=")) shell = line.slice("SHELL=".length);
    else if (line.startsWith("PATH=")) path = line.slice("PATH=".length);
    else {
      const found = parseLine(line, complaints);
      if (found !== undefined) jobs.push({ ...found, shell, path, pid: undefined });
    }
  }
  return jobs;
}

function parseLine(line: string, complaints: string[]): Pick<Job, "schedule" | "command"> | undefined {
  const complain = (field: string): void => {
    complaints.push(field);
  };
  const [, special, rest] = /^@(\S+)\s+(.*)$/.exec(line) ?? [];
  if (special === "reboot" && rest !== undefined) return { schedule: "reboot", command: rest };
  const times = special === undefined ? undefined : SPECIAL_TIMES[special];
  if (times !== undefined && rest !== undefined) {
    return { schedule: parseSchedule(["0", ...times], complain), command: rest };
  }
  const [, minute = "", hour = "", day = "", month = "", weekday = "", command] =
    /^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  if (line.startsWith("@") || command === undefined) return undefined;
  return { schedule: parseSchedule([minute, hour, day, month, weekday], complain), command };
}
