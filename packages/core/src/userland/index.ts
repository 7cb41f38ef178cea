/** Userland: programs. Fenced: it sees system calls and nothing else of the kernel. */
export { makeBusybox } from "./busybox.ts";
export { dockerInit } from "./docker-init.ts";
