/** Floor 1: Linux's constants and the user/kernel contract. Programs import this floor and nothing else. */
export * from "./call.ts";
export * from "./calls.ts";
export * from "./capability.ts";
export { Errno, type ErrnoCode, strerror } from "./errno.ts";
export { executable, isElf, programName } from "./executable.ts";
export * from "./fcntl.ts";
export { modeString, parseMode } from "./file-mode.ts";
export * from "./inotify.ts";
export * from "./ipc.ts";
export * from "./limits.ts";
export * from "./namespace.ts";
export * from "./netlink.ts";
export * from "./signal.ts";
export * from "./socket.ts";
export * from "./stat.ts";
export * from "./syscalls.ts";
export * from "./termios.ts";
export * from "./wait.ts";
