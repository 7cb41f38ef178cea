/**
 * /proc/PID/wchan and syscall: where in the kernel a process sleeps, and in which call.
 *
 * Unlike Linux, the registers of a call are not known: its arguments are shown as 0.
 *
 * @see proc_pid_wchan(5), proc_pid_syscall(5)
 */
import type { Process } from "../process.ts";

interface Wait {
  /** The kernel's function, with what the compiler made of its name. */
  readonly channel: string;
  /** The call's number. @see arch/x86/entry/syscalls/syscall_64.tbl */
  readonly number: number;
}

/** By the name of the call. */
const WAITS: ReadonlyMap<string, Wait> = new Map([
  ["accept4", { channel: "inet_csk_accept", number: 43 }],
  ["nanosleep", { channel: "hrtimer_nanosleep", number: 230 }],
  ["open", { channel: "wait_for_partner", number: 257 }],
  ["poll", { channel: "poll_schedule_timeout.constprop.0", number: 7 }],
  ["read", { channel: "anon_pipe_read", number: 0 }],
  ["recvfrom", { channel: "__skb_wait_for_more_packets", number: 45 }],
  ["recvicmp", { channel: "__skb_wait_for_more_packets", number: 45 }],
  ["sigsuspend", { channel: "sigsuspend.isra.0", number: 130 }],
  ["wait4", { channel: "do_wait", number: 61 }],
  ["write", { channel: "anon_pipe_write", number: 1 }],
]);

const waitOf = ({ state, parked, call }: Process): Wait | undefined =>
  state === "running" && parked !== undefined && call !== undefined ? WAITS.get(call.name) : undefined;

/** The function that it sleeps in; 0 if it does not sleep. */
export function waitChannel(process: Process): string {
  return process.state === "stopped" ? "do_signal_stop" : (waitOf(process)?.channel ?? "0");
}

/** The call that it sleeps in, its six arguments, and two registers. */
export function currentCall(process: Process, reader: Process): string {
  // Who asks is in read(2).
  const number = process === reader ? 0 : waitOf(process)?.number;
  if (number === undefined) return "running\n";
  return `${number} ${"0x0 ".repeat(6)}0x7ffe00000000 0x401000\n`;
}
