/** `docker service`. Model: docker/cli cli/command/service. */
import { atLeast, type Command, command, exactly } from "../command.ts";
import { bool } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { LOG_FLAGS } from "./containers.ts";
import { serviceSpec } from "./service-body.ts";
import { serviceChanges } from "./service-changes.ts";
import { DETACH, PROGRESS, SERVICE_CREATE_FLAGS, SERVICE_UPDATE_FLAGS } from "./service-flags.ts";
import { inspects, lists, removes } from "./swarm.ts";
import { TASK_LIST_FLAGS, taskList } from "./task-list.ts";

const create = command({
  usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
  summary: "Create a new service",
  arity: atLeast(1),
  interspersed: false,
  flags: SERVICE_CREATE_FLAGS,
  read: (invocation) => ({
    command: "service create",
    spec: serviceSpec(invocation),
    secrets: invocation.flags.secret,
    configs: invocation.flags.config,
    resolvesImage: !invocation.flags["no-resolve-image"],
    detach: invocation.flags.detach,
    quiet: invocation.flags.quiet,
  }),
});

const ps = command({
  usage: "[OPTIONS] SERVICE [SERVICE...]",
  summary: "List the tasks of one or more services",
  arity: atLeast(1),
  flags: TASK_LIST_FLAGS,
  read: ({ flags, operands }) => ({ command: "service ps", services: operands, ...taskList(flags) }),
});

const SCALE_USAGE = "SERVICE=REPLICAS [SERVICE=REPLICAS...]";
const SCALE_SUMMARY = "Scale one or multiple replicated services";

const scale = command({
  usage: SCALE_USAGE,
  summary: SCALE_SUMMARY,
  arity: atLeast(1),
  flags: DETACH,
  read: ({ flags, operands }) => {
    const wrong = operands.find((one) => !/^[^=]+=./s.test(one));
    if (wrong !== undefined) {
      const usage = `Usage:  docker service scale ${SCALE_USAGE}\n\n${SCALE_SUMMARY}`;
      throw new ValueError(`invalid scale specifier '${wrong}'.\nSee 'docker service scale --help'.\n\n${usage}`);
    }
    return { command: "service scale", counts: operands, detach: flags.detach };
  },
});

const update = command({
  usage: "[OPTIONS] SERVICE",
  summary: "Update a service",
  arity: exactly(1),
  flags: SERVICE_UPDATE_FLAGS,
  read: (invocation) => {
    const { flags, changed } = invocation;
    const [service = ""] = invocation.operands;
    const wait = { detach: flags.detach, quiet: flags.quiet };
    const resolvesImage = !flags["no-resolve-image"];
    if (!flags.rollback) {
      return { command: "service update", service, changes: serviceChanges(invocation), resolvesImage, ...wait };
    }
    const isCombined = [...changed].some((name) => !["rollback", "detach", "quiet"].includes(name));
    return { command: "service rollback", service, isCombined, ...wait };
  },
});

const rollback = command({
  usage: "[OPTIONS] SERVICE",
  summary: "Revert changes to a service's configuration",
  arity: exactly(1),
  flags: PROGRESS,
  read: ({ flags, operands: [service = ""] }) => ({
    command: "service rollback",
    service,
    isCombined: false,
    detach: flags.detach,
    quiet: flags.quiet,
  }),
});

const logs = command({
  usage: "[OPTIONS] SERVICE|TASK",
  summary: "Fetch the logs of a service or task",
  arity: exactly(1),
  flags: {
    ...LOG_FLAGS,
    "no-resolve": bool("Do not map IDs to Names in output"),
    "no-task-ids": bool("Do not include task IDs in output"),
    "no-trunc": bool("Do not truncate output"),
    raw: bool("Do not neatly format logs"),
  },
  read: ({ flags, operands: [service = ""] }) => ({
    command: "service logs",
    service,
    ...flags,
    noResolve: flags["no-resolve"],
    noTaskIds: flags["no-task-ids"],
    noTrunc: flags["no-trunc"],
  }),
});

export const SERVICE_COMMANDS: Readonly<Record<string, Command>> = {
  create,
  inspect: inspects(
    "service inspect",
    "[OPTIONS] SERVICE [SERVICE...]",
    "Display detailed information on one or more services",
  ),
  logs,
  ls: lists("service ls", "List services"),
  ps,
  rm: removes("service rm", "SERVICE [SERVICE...]", "Remove one or more services"),
  rollback,
  scale,
  update,
};
