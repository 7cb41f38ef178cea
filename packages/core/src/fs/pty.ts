/**
 * Pseudo-terminals: a pair of ends. What is written to the master is typed at the slave; what a program writes to the
 * slave can be read from the master.
 *
 * Sessions, process groups and who may read are the kernel's (`TerminalControl`).
 *
 * @see pty(7), drivers/tty/pty.c
 */
import {
  CREAD,
  CS8,
  CSIZE,
  Errno,
  type IoctlRequest,
  isTermios,
  PARENB,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SIGWINCH,
  type Signal,
  TOSTOP,
  type WindowSize,
} from "../abi/index.ts";
import { concat, NO_BYTES } from "../lib/index.ts";
import { WaitQueue } from "../sim/index.ts";
import { FileOps, type FileUseKind } from "../vfs/index.ts";
import type { Drain } from "./drain.ts";
import { LineDiscipline, type LineDisciplineHost } from "./line-discipline.ts";
import { TerminalOutput } from "./terminal-output.ts";

/** What a terminal needs of the kernel. */
export interface TerminalControl {
  /** False if the caller has just been stopped for asking from the background. @throws EIO, EINTR */
  admits(use: FileUseKind): boolean;
  /** Requests about sessions and process groups. @throws ENOTTY for any other */
  ioctl(request: IoctlRequest, argument: unknown): unknown;
  /** To the group in the foreground. */
  signal(signal: Signal): void;
  /** The master is gone. */
  hungUp(): void;
}

/** What waits for the master's reader before writers have to wait. @see drivers/tty/tty_buffer.c TTYB_DEFAULT_MEM_LIMIT */
const OUTPUT_LIMIT = 65_536;
const NO_SIZE: WindowSize = { rows: 0, columns: 0 };

export class Pty implements LineDisciplineHost {
  readonly changed: WaitQueue;
  readonly number: number;
  readonly input = new LineDiscipline(this);
  readonly #output = new TerminalOutput();
  readonly #onClosed: () => void;
  readonly #slaves = new Set<PtySlave>();
  #control: TerminalControl | undefined;
  #size = NO_SIZE;
  /** Processed, and not read by the master yet. */
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Echo that ^S holds back. */
  #held: number[] = [];
  #drain: Drain | undefined;
  /** As far as the other end is concerned. */
  #masterOpen = true;
  #slaveClosed = false;

  /** `onClosed`: the master is gone, and with it the name. */
  constructor(number: number, onClosed: () => void) {
    this.number = number;
    this.changed = new WaitQueue(`pts/${number}`);
    this.#onClosed = onClosed;
  }

  set control(control: TerminalControl) {
    this.#control = control;
  }

  get control(): TerminalControl | undefined {
    return this.#control;
  }

  get masterOpen(): boolean {
    return this.#masterOpen;
  }

  /** Everything was said and all slaves are closed: nobody writes any more, for now. */
  get isSilent(): boolean {
    return this.#slaveClosed;
  }

  get pending(): number {
    return this.#length;
  }

  // ── for the line discipline ──

  get column(): number {
    return this.#output.column;
  }

  echo(bytes: readonly number[]): void {
    if (this.input.isStopped) this.#held.push(...bytes);
    else this.#show(this.#output.process(Uint8Array.from(bytes), this.input.termios));
  }

  signal(signal: Signal): void {
    this.#control?.signal(signal);
  }

  started(): void {
    const held = this.#held.splice(0);
    if (held.length > 0) this.echo(held);
    this.changed.wakeAll();
  }

  // ── the master's side ──

  /** From now on output goes to `drain`: the host holds the master. */
  drainTo(drain: Drain): void {
    this.#drain = drain;
    if (this.#length > 0) drain.put(this.takeOutput(this.#length));
  }

  takeOutput(count: number): Uint8Array {
    const all = concat(this.#chunks);
    const taken = all.slice(0, count);
    this.#chunks = taken.length < all.length ? [all.subarray(taken.length)] : [];
    this.#length = all.length - taken.length;
    this.changed.wakeAll();
    return taken;
  }

  /** Types. `undefined` if nobody has read what was typed before. */
  type(data: Uint8Array): number | undefined {
    const taken = this.input.receive(data);
    this.changed.wakeAll();
    return taken === 0 && data.length > 0 ? undefined : taken;
  }

  closeMaster(): void {
    this.#masterOpen = false;
    this.#chunks = [];
    this.#length = 0;
    this.#onClosed();
    this.hangUp();
    this.#control?.hungUp();
  }

  // ── the slave's side ──

  openSlave(): FileOps {
    if (!this.#masterOpen) throw new Errno("EIO");
    const slave = new PtySlave(this);
    this.#slaves.add(slave);
    this.#slaveClosed = false;
    return slave;
  }

  closeSlave(slave: PtySlave): void {
    this.#slaves.delete(slave);
    if (this.#slaves.size === 0) this.#slaveClosed = true;
    this.changed.wakeAll();
  }

  /** Whoever has the slave open gets nothing out of it any more. @see drivers/tty/tty_io.c:__tty_hangup */
  hangUp(): void {
    for (const slave of this.#slaves) slave.isHungUp = true;
    this.#slaves.clear();
    this.#slaveClosed = true;
    this.input.flushInput();
    this.changed.wakeAll();
  }

  get hasRoom(): boolean {
    if (this.input.isStopped) return false;
    const has = this.#room > 0;
    if (!has) this.#drain?.whenRoom(() => this.changed.wakeAll());
    return has;
  }

  get #room(): number {
    return this.#drain?.room ?? OUTPUT_LIMIT - this.#length;
  }

  /** Shows what a program wrote. `undefined` while there is no room. */
  write(data: Uint8Array): number | undefined {
    if (!this.hasRoom) return data.length === 0 ? 0 : undefined;
    const part = data.subarray(0, this.#room);
    this.#show(this.#output.process(part, this.input.termios));
    if (part.length < data.length) this.#drain?.whenRoom(() => this.changed.wakeAll());
    return part.length;
  }

  // ── both ──

  ioctl(request: IoctlRequest, argument: unknown): unknown {
    switch (request) {
      case "TCGETS":
        return this.input.termios;
      case "TCSETSF":
        this.input.flushInput();
        this.#setModes(argument);
        return 0;
      case "TCSETS":
      case "TCSETSW":
        this.#setModes(argument);
        return 0;
      case "TCFLSH":
        if (argument !== 1) this.input.flushInput();
        return 0;
      case "TIOCGWINSZ":
        return this.#size;
      case "TIOCSWINSZ":
        if (!isWindowSize(argument)) throw new Errno("EFAULT");
        this.resize(argument);
        return 0;
      default:
        if (this.#control === undefined) throw new Errno("ENOTTY");
        return this.#control.ioctl(request, argument);
    }
  }

  #setModes(modes: unknown): void {
    if (!isTermios(modes)) throw new Errno("EFAULT");
    // There is no line whose bytes could be shorter, or have parity. @see drivers/tty/pty.c:pty_set_termios
    this.input.termios = { ...modes, cflag: (modes.cflag & ~(CSIZE | PARENB)) | CS8 | CREAD };
    this.changed.wakeAll();
  }

  resize({ rows, columns }: WindowSize): void {
    if (rows === this.#size.rows && columns === this.#size.columns) return;
    this.#size = { rows, columns };
    this.#control?.signal(SIGWINCH);
  }

  #show(bytes: Uint8Array): void {
    if (bytes.length === 0 || !this.#masterOpen) return;
    if (this.#drain !== undefined) {
      this.#drain.put(bytes);
      return;
    }
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    this.changed.wakeAll();
  }
}

const isWindowSize = (argument: unknown): argument is WindowSize =>
  typeof argument === "object" && argument !== null && "rows" in argument && "columns" in argument;

/** The end that a terminal emulator, sshd or a container runtime holds. */
export class PtyMaster extends FileOps {
  readonly pty: Pty;

  constructor(pty: Pty) {
    super();
    this.pty = pty;
  }

  override get ready(): WaitQueue {
    return this.pty.changed;
  }

  override read(count: number): Uint8Array | undefined {
    if (this.pty.pending > 0) return this.pty.takeOutput(count);
    if (this.pty.isSilent) throw new Errno("EIO");
    return undefined;
  }

  override write(data: Uint8Array): number | undefined {
    return this.pty.type(data);
  }

  override poll(): number {
    let events = this.pty.input.isFull ? 0 : POLLOUT;
    if (this.pty.pending > 0) events |= POLLIN;
    if (this.pty.isSilent) events |= POLLHUP;
    return events;
  }

  override ioctl(request: IoctlRequest, argument: unknown): unknown {
    if (request === "TIOCGPTN") return this.pty.number;
    if (request === "TIOCSPTLCK") return 0;
    if (request === "FIONREAD") return this.pty.pending;
    return this.pty.ioctl(request, argument);
  }

  override release(): void {
    this.pty.closeMaster();
  }
}

/** The end that programs take for a terminal. */
class PtySlave extends FileOps {
  readonly #pty: Pty;
  isHungUp = false;

  constructor(pty: Pty) {
    super();
    this.#pty = pty;
  }

  override get ready(): WaitQueue {
    return this.#pty.changed;
  }

  override get patienceUs(): number | undefined {
    return this.#pty.input.patienceUs;
  }

  override admits(use: FileUseKind): boolean {
    if (this.isHungUp) return true;
    if (use === "write" && (this.#pty.input.termios.lflag & TOSTOP) === 0) return true;
    return this.#pty.control?.admits(use) ?? true;
  }

  override read(count: number): Uint8Array | undefined {
    if (this.isHungUp) return NO_BYTES;
    const bytes = this.#pty.input.read(count);
    if (bytes !== undefined) this.#pty.changed.wakeAll();
    return bytes;
  }

  override write(data: Uint8Array): number | undefined {
    if (this.isHungUp) throw new Errno("EIO");
    return this.#pty.write(data);
  }

  override poll(): number {
    if (this.isHungUp) return POLLIN | POLLOUT | POLLERR | POLLHUP;
    return (this.#pty.input.isReadable ? POLLIN : 0) | (this.#pty.hasRoom ? POLLOUT : 0);
  }

  override ioctl(request: IoctlRequest, argument: unknown): unknown {
    if (this.isHungUp) throw new Errno(request === "TIOCSPGRP" ? "ENOTTY" : "EIO");
    if (request === "FIONREAD") return this.#pty.input.available;
    return this.#pty.ioctl(request, argument);
  }

  override release(): void {
    if (!this.isHungUp) this.#pty.closeSlave(this);
  }
}
