/** Bodies of requests about execs. */
import { z } from "zod";
import { consoleSize, goType, maybe, text } from "./fields.ts";

/** @see moby api/types/container ExecOptions */
export const EXEC_CREATE = goType(
  z.object({
    User: text.default(""),
    Privileged: z.boolean().default(false),
    Tty: z.boolean().default(false),
    ConsoleSize: maybe(consoleSize),
    AttachStdin: z.boolean().default(false),
    AttachStderr: z.boolean().default(false),
    AttachStdout: z.boolean().default(false),
    DetachKeys: text.default(""),
    Env: z.array(text).default([]),
    WorkingDir: text.default(""),
    Cmd: z.array(text).default([]),
  }),
  "container.ExecOptions",
);

export const EXEC_START = goType(
  z.object({
    Detach: z.boolean().default(false),
    Tty: z.boolean().default(false),
    ConsoleSize: maybe(consoleSize),
  }),
  "container.ExecStartOptions",
);
