/**
 * A terminal as sessions and process groups see it: whose controlling terminal it is, who is in the foreground, and what
 * becomes of those who are not.
 *
 * @see tty_ioctl(4), credentials(7), setsid(2), drivers/tty/tty_jobctrl.c
 */
import {
  CAP_SYS_ADMIN,
  Errno,
  type IoctlRequest,
  SIGCONT,
  SIGHUP,
  SIGTTIN,
  SIGTTOU,
  type Signal,
} from "../abi/index.ts";
import type { Pty, TerminalControl } from "../fs/index.ts";
import type { FileOps, FileUseKind } from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";
import { type Process, pidIn } from "./process.ts";
import type { ControllingTerminal, ProcessGroup, Session } from "./session.ts";

export class Terminal implements TerminalControl, ControllingTerminal {
  readonly rdev: number;
  readonly #kernel: Kernel;
  readonly #pty: Pty;
  #session: Session | undefined;
  foreground: ProcessGroup | undefined;

  constructor(kernel: Kernel, pty: Pty, rdev: number) {
    this.#kernel = kernel;
    this.#pty = pty;
    this.rdev = rdev;
  }

  open(): FileOps {
    return this.#pty.openSlave();
  }

  /** A session leader without a terminal gets the first one that it opens. @see open(2) O_NOCTTY */
  openedBy(process: Process): void {
    const { session } = process.group;
    const isFree = this.#session === undefined && session.terminal === undefined;
    if (isFree && session.leader === process) this.#become(process);
  }

  /** @see drivers/tty/tty_jobctrl.c:__tty_check_change, job_control */
  admits(use: FileUseKind): boolean {
    const process = this.#kernel.current;
    if (process === undefined) return true;
    const { group } = process;
    if (group.session.terminal !== this || this.foreground === undefined || this.foreground === group) return true;
    const signal = use === "read" ? SIGTTIN : SIGTTOU;
    const isIgnored = process.actions?.get(signal)?.disposition === "ignore" || process.blocked.has(signal);
    if (isIgnored && use !== "read") return true;
    if (isIgnored || group.isOrphaned) throw new Errno("EIO");
    this.#kernel.signals.sendGroup(group, signal, process);
    if (process.state === "running") throw new Errno("EINTR");
    return false;
  }

  ioctl(request: IoctlRequest, argument: unknown): unknown {
    const process = this.#kernel.current;
    if (process === undefined) throw new Errno("ENOTTY");
    const isMine = process.group.session.terminal === this;
    switch (request) {
      case "TIOCGPGRP":
        if (!isMine) throw new Errno("ENOTTY");
        return pidIn(process.ns.pid, this.foreground?.leader);
      case "TIOCGSID":
        if (!isMine) throw new Errno("ENOTTY");
        return pidIn(process.ns.pid, this.#session?.leader);
      case "TIOCSPGRP":
        if (!isMine) throw new Errno("ENOTTY");
        this.#setForeground(process, Number(argument));
        return 0;
      case "TIOCSCTTY":
        this.#acquire(process, argument === 1);
        return 0;
      case "TIOCNOTTY":
        if (!isMine) throw new Errno("ENOTTY");
        if (process.group.session.leader === process) this.#disassociate();
        return 0;
      default:
        throw new Errno("ENOTTY");
    }
  }

  signal(signal: Signal): void {
    if (this.foreground !== undefined) this.#kernel.signals.sendGroup(this.foreground, signal);
  }

  /** @see drivers/tty/tty_jobctrl.c:tty_signal_session_leader */
  hungUp(): void {
    const leader = this.#session?.leader;
    this.#letGo();
    if (leader === undefined || !leader.isAlive) return;
    this.#kernel.signals.send(leader, SIGHUP);
    this.#kernel.signals.send(leader, SIGCONT);
  }

  leaderEnded(): void {
    const group = this.foreground;
    this.#letGo();
    if (group !== undefined) this.#kernel.signals.sendGroup(group, SIGHUP);
    this.#pty.hangUp();
  }

  /** The leader gives its terminal away, and with it that of the whole session. */
  #disassociate(): void {
    const group = this.foreground;
    this.#letGo();
    if (group === undefined) return;
    this.#kernel.signals.sendGroup(group, SIGHUP);
    this.#kernel.signals.sendGroup(group, SIGCONT);
  }

  #setForeground(process: Process, pgid: number): void {
    if (!(pgid >= 0)) throw new Errno("EINVAL");
    const leader = process.ns.pid.find(pgid);
    const group = leader?.group;
    if (group === undefined || group.leader !== leader) throw new Errno("ESRCH");
    if (group.session !== process.group.session) throw new Errno("EPERM");
    this.foreground = group;
    // Readers look again whether it is their turn now.
    this.#pty.changed.wakeAll();
  }

  #acquire(process: Process, steals: boolean): void {
    const { session } = process.group;
    if (session.leader === process && session.terminal === this) return;
    if (session.leader !== process || session.terminal !== undefined) throw new Errno("EPERM");
    if (this.#session !== undefined) {
      if (!steals || !process.creds.capable(CAP_SYS_ADMIN, this.#kernel.init.ns.user)) throw new Errno("EPERM");
      this.#letGo();
    }
    this.#become(process);
  }

  /** It is the controlling terminal of the session that `leader` leads. */
  #become({ group }: Process): void {
    this.#session = group.session;
    group.session.terminal = this;
    this.foreground = group;
  }

  #letGo(): void {
    if (this.#session !== undefined) this.#session.terminal = undefined;
    this.#session = undefined;
    this.foreground = undefined;
  }
}
