/** Commands that a service wants executed in a container after its start and before its end. Model: compose's hook.go. */
import { ComposeError, type Hook } from "../../compose/index.ts";
import type { Container } from "../container/container.ts";
import { environmentList } from "./create-body.ts";
import { serviceOf } from "./labels.ts";
import type { Operation } from "./operation.ts";

/** @throws ComposeError if the command fails */
export async function runHook({ engine }: Operation, container: Container, hook: Hook): Promise<void> {
  const session = engine.exec.create(container, {
    Cmd: hook.command ?? [],
    User: hook.user ?? "",
    Privileged: hook.privileged ?? false,
    Env: environmentList(hook.environment),
    WorkingDir: hook.working_dir ?? "",
  });
  await engine.exec.start(session);
  const exitCode = await engine.exec.wait(session);
  if (exitCode !== 0) throw new ComposeError(`${serviceOf(container)} hook exited with status ${exitCode}`);
}
