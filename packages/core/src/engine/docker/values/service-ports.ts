/** `--publish` of a service: `[PUBLISHED:]TARGET[/PROTOCOL]` and the long `published=…,target=…,mode=…`. @see docker/cli opts.PortOpt */
import { parseCsv, parseUnsigned, reworded } from "../../../lib/go/index.ts";
import type { PortConfig } from "../../swarm/service-spec.ts";
import { ValueError } from "../problem.ts";
import { cut } from "./pairs.ts";
import { parsePorts } from "./ports.ts";

/** The ports that one option asks for. @throws ValueError */
export function parseServicePorts(text: string): readonly PortConfig[] {
  return /\w=\w/.test(text) ? [longForm(text)] : shortForm(text);
}

function longForm(text: string): PortConfig {
  let port: PortConfig = {};
  for (const field of parseCsv(text)) {
    const [key, value] = cut(field, "=");
    if (value === undefined || key === "") throw new ValueError(`invalid field ${field}`);
    port = { ...port, ...fieldOf(key, value) };
  }
  const { Protocol = "tcp", TargetPort = 0, PublishedPort = 0, PublishMode = "ingress" } = port;
  if (TargetPort === 0) throw new ValueError("missing mandatory field 'target'");
  return { Protocol, TargetPort, ...(PublishedPort !== 0 && { PublishedPort }), PublishMode };
}

function fieldOf(key: string, value: string): PortConfig {
  switch (key) {
    case "protocol":
      if (!["tcp", "udp", "sctp"].includes(value)) {
        throw new ValueError(`invalid protocol value '${value}'`);
      }
      return { Protocol: value };
    case "mode":
      if (value !== "ingress" && value !== "host") {
        throw new ValueError(`invalid publish mode value (${value}): must be either 'ingress' or 'host'`);
      }
      return { PublishMode: value };
    case "target":
      return { TargetPort: portNumber("target", value) };
    case "published":
      return { PublishedPort: portNumber("published", value) };
    default:
      throw new ValueError(`invalid field key: ${key}`);
  }
}

function portNumber(kind: "target" | "published", text: string): number {
  return reworded(
    () => parseUnsigned(text, { bits: 16 }),
    ({ reason }) => new ValueError(`invalid ${kind} port (${text}): value must be an integer: ${reason}`),
  );
}

function shortForm(text: string): readonly PortConfig[] {
  return Object.entries(parsePorts([text], []).bindings).flatMap(([port, bindings]) => {
    const [target, Protocol = "tcp"] = cut(port, "/");
    return (bindings ?? []).flatMap(({ HostIp, HostPort }) => {
      if (HostIp !== "") throw new ValueError("hostip is not supported");
      const base = { Protocol, TargetPort: Number(target) };
      if (HostPort === "") return [{ ...base, PublishMode: "ingress" }];
      const [first, last = first] = cut(HostPort, "-");
      const count = Number(last) - Number(first) + 1;
      return Array.from({ length: count }, (_, at) => ({
        ...base,
        PublishedPort: Number(first) + at,
        PublishMode: "ingress",
      }));
    });
  });
}
