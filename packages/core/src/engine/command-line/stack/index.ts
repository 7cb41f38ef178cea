/** `docker stack`. */
import type { StackRequest } from "../../docker/requests/stack.ts";
import type { Session } from "../session.ts";
import { deployStack } from "./deploy.ts";
import { printStackConfig } from "./files.ts";
import { listStackServices, listStacks, listStackTasks, removeStacks } from "./views.ts";

export async function runStack(session: Session, request: StackRequest): Promise<number> {
  switch (request.command) {
    case "stack config":
      return printStackConfig(session, request);
    case "stack deploy":
      return deployStack(session, request);
    case "stack ls":
      return listStacks(session, request);
    case "stack services":
      return listStackServices(session, request);
    case "stack ps":
      return listStackTasks(session, request);
    case "stack rm":
      return removeStacks(session, request);
  }
}
