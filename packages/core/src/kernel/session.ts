/**
 * Process groups and sessions.
 *
 * @see setpgid(2), setsid(2), credentials(7)
 */
import { SmallSet } from "../lib/index.ts";
import type { FileOps } from "../vfs/index.ts";
import type { Process } from "./process.ts";

/** What a session knows of its controlling terminal. */
export interface ControllingTerminal {
  readonly rdev: number;
  foreground: ProcessGroup | undefined;
  /** The process that leads the session has ended. */
  leaderEnded(): void;
  /** Opens it, by way of /dev/tty. */
  open(): FileOps;
}

export class Session {
  /** The process that called setsid(2), which may be gone. */
  readonly leader: Process;
  terminal: ControllingTerminal | undefined = undefined;

  constructor(leader: Process) {
    this.leader = leader;
  }
}

/** The set of its members. */
export class ProcessGroup extends SmallSet<Process> {
  /** The process whose number the group bears. */
  readonly leader: Process;
  readonly session: Session;

  constructor(leader: Process, session: Session) {
    super();
    this.leader = leader;
    this.session = session;
  }

  /** No member has a parent in another group of the same session: nobody would continue it if it stopped. */
  get isOrphaned(): boolean {
    for (const member of this) {
      const parent = member.parent;
      if (parent !== undefined && parent.group !== this && parent.group.session === this.session) return false;
    }
    return true;
  }
}
