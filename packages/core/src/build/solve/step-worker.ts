/** Which work belongs to which kind of vertex. */
import { unreachable } from "../../lib/index.ts";
import { sourceKind } from "../frontend/remote.ts";
import type { BuildCache } from "./build-cache.ts";
import type { BuildMachine } from "./build-machine.ts";
import type { Secrets } from "./exec-mounts.ts";
import { execWork } from "./exec-work.ts";
import { fileWork } from "./file-work.ts";
import { gitWork } from "./git-work.ts";
import { RunExecutor } from "./run-executor.ts";
import type { Prepare } from "./solver.ts";
import { contextWork, downloadWork, imageWork, inlineWork } from "./source-work.ts";

export function stepWorker(machine: BuildMachine, cache: BuildCache, secrets: Secrets): Prepare {
  const executor = new RunExecutor(machine);
  return ({ op, name }, sources) => {
    switch (op.kind) {
      case "image":
        return imageWork(machine, op);
      case "context":
        return contextWork(machine, cache, { op, name });
      case "download":
        return sourceKind(op.url) === "git" ? gitWork(op.url) : downloadWork(machine, op);
      case "inline":
        return inlineWork(machine, op);
      case "file":
        return fileWork(machine, op, sources);
      case "exec":
        return execWork({ machine, executor, secrets, cache }, op, sources);
      default:
        return unreachable(op);
    }
  };
}
