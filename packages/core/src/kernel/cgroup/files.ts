/** Every control file there is, by name, in the order in which a directory lists them. */
import type { ControlFile, ControlFiles } from "./control-file.ts";
import { CORE_FILES } from "./core-files.ts";
import { CPU_FILES } from "./cpu.ts";
import { CPUSET_FILES } from "./cpuset.ts";
import { IO_FILES } from "./io.ts";
import { MEMORY_FILES } from "./memory-files.ts";
import { PIDS_FILES } from "./pids.ts";
import { PRESSURE_FILES } from "./pressure.ts";

const GROUPS: readonly ControlFiles[] = [
  CORE_FILES,
  PRESSURE_FILES,
  CPUSET_FILES,
  CPU_FILES,
  IO_FILES,
  MEMORY_FILES,
  PIDS_FILES,
];

export const FILES: Readonly<Record<string, ControlFile>> = Object.fromEntries(
  GROUPS.flatMap((group) => Object.entries(group)),
);
