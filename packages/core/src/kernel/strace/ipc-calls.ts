/** How strace(1) prints the calls on System V objects and POSIX message queues. */
import type { IpcSettings, SemaphoreOperation } from "../../abi/index.ts";
import { IPC_FLAGS, IPC_GET_FLAGS } from "./flags.data.ts";
import { call, type Renderings } from "./rendering.ts";
import { anything, data, filled, flags, hex, list, octal, openFlags, path, signal, timespec } from "./values.ts";

const key = (value: number): string => (value === 0 ? "IPC_PRIVATE" : hex(value));

function getFlags(value: number): string {
  const rest = value & ~0o777;
  return `${rest === 0 ? "" : `${flags(rest, IPC_GET_FLAGS)}|`}${octal(value & 0o777)}`;
}

const how = (value: number): string => flags(value, IPC_FLAGS);
const operation = ({ number, change, flags: told }: SemaphoreOperation): string =>
  `{${number}, ${change}, ${how(told)}}`;
const told = (argument: unknown): string => (argument === undefined ? "NULL" : anything(argument));
const until = (us: number | undefined): string => (us === undefined ? "NULL" : timespec(us));

function control(name: string, id: number, command: string, settings: IpcSettings | undefined, shown: string) {
  return call(name, id, command, command === "IPC_STAT" ? shown : told(settings));
}

export const ipcRenderings = {
  shmget: ([name, size, bits]) => call("shmget", key(name), size, getFlags(bits)),
  shmat: ([id, bits], answer) =>
    call("shmat", id, "NULL", how(bits)).gives(answer, ({ address }) => `0x${address.toString(16)}`),
  shmdt: ([address]) => call("shmdt", `0x${address.toString(16)}`),
  shmctl: ([id, command, settings], answer) =>
    control("shmctl", id, command, settings, filled(answer, anything)).gives(answer, () => 0),
  semget: ([name, count, bits]) => call("semget", key(name), count, getFlags(bits)),
  semop: ([id, operations, timeoutUs]) => {
    const shown = list(operations, operation);
    return timeoutUs === undefined
      ? call("semop", id, shown, operations.length)
      : call("semtimedop", id, shown, operations.length, timespec(timeoutUs));
  },
  semctl: ([id, number, command, argument], answer) => {
    const isGiven = argument !== undefined;
    const shown = isGiven ? anything(argument) : filled(answer, anything);
    return call("semctl", id, number, command, ...(isGiven || command === "IPC_STAT" ? [shown] : [])).gives(
      answer,
      (value) => (typeof value === "number" ? value : 0),
    );
  },
  msgget: ([name, bits]) => call("msgget", key(name), getFlags(bits)),
  msgsnd: ([id, type, bytes, bits]) =>
    call("msgsnd", id, `{mtype=${type}, mtext=${data(bytes)}}`, bytes.length, how(bits)),
  msgrcv: ([id, size, type, bits], answer) =>
    call(
      "msgrcv",
      id,
      filled(answer, (message) => `{mtype=${message.type}, mtext=${data(message.data)}}`),
      size,
      type,
      how(bits),
    ).gives(answer, (message) => message.data.length),
  msgctl: ([id, command, settings], answer) =>
    control("msgctl", id, command, settings, filled(answer, anything)).gives(answer, () => 0),
  mq_open: ([name, bits, mode, attributes]) =>
    call("mq_open", path(name.slice(1)), openFlags(bits), octal(mode), told(attributes)),
  mq_unlink: ([name]) => call("mq_unlink", path(name.slice(1))),
  mq_timedsend: ([fd, bytes, priority, untilUs]) =>
    call("mq_timedsend", fd, data(bytes), bytes.length, priority, until(untilUs)),
  mq_timedreceive: ([fd, size, untilUs], answer) =>
    call(
      "mq_timedreceive",
      fd,
      filled(answer, (message) => data(message.data)),
      size,
      filled(answer, ({ priority }) => `[${priority}]`),
      until(untilUs),
    ).gives(answer, (message) => message.data.length),
  mq_notify: ([fd, notification]) => {
    if (notification === undefined) return call("mq_notify", fd, "NULL");
    const shown =
      notification === "none"
        ? "{sigev_notify=SIGEV_NONE}"
        : `{sigev_signo=${signal(notification.signal)}, sigev_notify=SIGEV_SIGNAL}`;
    return call("mq_notify", fd, shown);
  },
  mq_getsetattr: ([fd, bits], answer) => {
    const asked = bits === undefined ? "NULL" : `{mq_flags=${openFlags(bits)}}`;
    return call("mq_getsetattr", fd, asked, filled(answer, anything)).gives(answer, () => 0);
  },
} satisfies Partial<Renderings>;
