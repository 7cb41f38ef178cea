/** Floor 11: a shell on the machine, for people. */
export { MachineShell, type ShellOptions } from "./machine-shell.ts";
