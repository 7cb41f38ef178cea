/**
 * Logs of services and tasks: those of their containers, each line with where it comes from if that is asked for.
 *
 * @see moby api/server/router/swarm, daemon/cluster/services.go: ServiceLogs
 */
import { type Engine, linesAsked, logTimeOf, readTaskLogs, type Task, type TaskLine } from "@bottleship/core/engine";
import { concat, encode } from "@bottleship/core/lib";
import { stream } from "../../http/exchange.ts";
import { flag } from "../../http/query.ts";
import { type Route, route } from "../../http/router.ts";
import { Channel } from "../../streams/channel.ts";
import { encodeFrame, MULTIPLEXED_STREAM, RAW_STREAM } from "../../streams/frames.ts";
import { checkStreams, periodOf } from "../containers/logs.ts";

export function logRoutes(engine: Engine): readonly Route[] {
  const { swarm } = engine;
  return [
    route("GET", "/services/{id}/logs", ({ param, query }) => {
      checkStreams(query);
      const { id, spec } = swarm.cluster.services.get(param);
      const isRaw = spec.TaskTemplate.ContainerSpec?.TTY === true;
      return logsOf(engine, query, isRaw, (task) => task.serviceId === id);
    }),
    route("GET", "/tasks/{id}/logs", ({ param, query }) => {
      checkStreams(query);
      const wanted = swarm.cluster.tasks.get(param);
      return logsOf(engine, query, wanted.spec.ContainerSpec?.TTY === true, (task) => task === wanted);
    }),
  ];
}

function logsOf(engine: Engine, query: URLSearchParams, isRaw: boolean, isWanted: (task: Task) => boolean) {
  const { sinceUs } = periodOf(query);
  const tail = linesAsked(query.get("tail") ?? "");
  return stream(isRaw ? RAW_STREAM : MULTIPLEXED_STREAM, async (output) => {
    const channel = new Channel<TaskLine>();
    const follow = flag(query, "follow");
    const take = (line: TaskLine): void => {
      if (flag(query, line.stream)) channel.push(line);
    };
    const stop = readTaskLogs(engine, { isWanted, sinceUs, tail, follow, take });
    if (!follow) channel.close();
    try {
      await channel.drain(output, formatter(query, isRaw));
    } finally {
      stop();
    }
  });
}

function formatter(query: URLSearchParams, isRaw: boolean): (line: TaskLine) => Uint8Array {
  const hasTime = flag(query, "timestamps");
  const hasDetails = flag(query, "details");
  return ({ stream: from, timeUs, bytes, task }) => {
    const time = hasTime ? `${logTimeOf(timeUs)} ` : "";
    const prefix = time + (hasDetails ? `${detailsOf(task)} ` : "");
    const whole = prefix === "" ? bytes : concat([encode(prefix), bytes]);
    return isRaw ? whole : encodeFrame(from, whole);
  };
}

const detailsOf = ({ nodeId, serviceId, id }: Task): string =>
  `com.docker.swarm.node.id=${nodeId},com.docker.swarm.service.id=${serviceId},com.docker.swarm.task.id=${id}`;
