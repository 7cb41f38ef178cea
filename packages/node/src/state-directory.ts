/**
 * A directory of the computer that an engine keeps its state in, for one process at a time.
 *
 * @see moby pkg/pidfile
 */
import fs from "node:fs";
import { join, resolve } from "node:path";
import type { Engine, StateDirectory } from "@bottleship/core/engine";

const PID_FILE = "bottleship.pid";
/** How often what processes have written is saved, if they have. */
const SAVE_MS = 1000;

/** A state directory that is this process's own until it is closed. */
export interface OpenState {
  /** For `createEngine`. */
  readonly state: StateDirectory;
  /** Saves what happens on an engine without anybody asking; `onFailure` is told when that fails. */
  keep(engine: Engine, onFailure: (error: unknown) => void): void;
  /** Others may have the directory. What was not saved is lost. */
  release(): void;
}

/**
 * Takes a directory, made if need be. Its owner alone can read it.
 *
 * @throws Error if another process has it, or it cannot be had
 */
export function openState(directory: string): OpenState {
  const path = resolve(directory);
  fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  const pidFile = join(path, PID_FILE);
  takePidFile(pidFile, path);
  let timer: NodeJS.Timeout | undefined;
  return {
    state: { disk: fs, path },
    keep: (engine, onFailure) => {
      timer = setInterval(() => {
        try {
          engine.flush();
        } catch (error) {
          onFailure(error);
        }
      }, SAVE_MS);
      timer.unref();
    },
    release: () => {
      clearInterval(timer);
      fs.rmSync(pidFile, { force: true });
    },
  };
}

/** A file that a process has left behind that is no more is taken over. */
function takePidFile(file: string, directory: string): void {
  const holder = holderOf(file);
  if (holder !== undefined && isAlive(holder)) {
    throw new Error(`${directory} is in use: process with PID ${holder} is still running`);
  }
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
}

function holderOf(file: string): number | undefined {
  if (!fs.existsSync(file)) return undefined;
  const pid = Number(fs.readFileSync(file, "utf8"));
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process is there, but belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
