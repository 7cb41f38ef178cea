/** Which work belongs to which kind of vertex. */
import { unreachable } from "../../lib/index.ts";
import type { BuildCache } from "./build-cache.ts";
import type { BuildMachine } from "./build-machine.ts";
import type { Forwarded } from "./exec-mounts.ts";
import { execWork } from "./exec-work.ts";
import { fileWork } from "./file-work.ts";
import { GitWork } from "./git-work.ts";
import { RunExecutor } from "./run-executor.ts";
import type { Prepare } from "./solver.ts";
import { contextWork, downloadWork, imageWork, inlineWork } from "./source-work.ts";

export function stepWorker(machine: BuildMachine, cache: BuildCache, { secrets, agents }: Forwarded): Prepare {
  const executor = new RunExecutor(machine);
  const place = { find: machine.findRepository, hasAgent: agents.has("default"), prng: machine.prng };
  const git = { machine, cache, place };
  const renewed = new Set<string>();
  return ({ op, name, ignoresCache }, sources) => {
    switch (op.kind) {
      case "image":
        return imageWork(machine, op);
      case "context":
        return contextWork(machine, cache, { op, name });
      case "download":
        return downloadWork(machine, op);
      case "git":
        return new GitWork(git, op.source);
      case "inline":
        return inlineWork(machine, op);
      case "file":
        return fileWork(machine, op, sources);
      case "exec":
        return execWork({ machine, executor, secrets, agents, cache, renewed, isAnew: ignoresCache }, op, sources);
      default:
        return unreachable(op);
    }
  };
}
