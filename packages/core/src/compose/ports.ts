/**
 * A published port in short: `[[IP:]HOST[-HOST]:]CONTAINER[-CONTAINER][/PROTOCOL]`, as a long one for each port.
 *
 * @see compose-spec 05-services.md, ports; docker/go-connections nat
 */
import { canonicalIp } from "../lib/index.ts";
import { ComposeError } from "./compose-error.ts";
import type { TreeMap } from "./tree.ts";

type Range = readonly [first: number, last: number];

/** @throws ComposeError `Invalid containerPort: http` */
export function longPorts(text: string): readonly TreeMap[] {
  const [, ip = "", host = "", last = ""] = /^(?:(?:(.*):)?([^:]*):)?([^:]*)$/s.exec(text) ?? [];
  const [container = "", protocol = "tcp"] = last.split("/");
  if (container === "") refuse(`No port specified: ${text}<empty>`);
  const address = addressOf(ip);
  const ports = range(container) ?? refuse(`Invalid containerPort: ${container}`);
  const hosts = host === "" ? undefined : (range(host) ?? refuse(`Invalid hostPort: ${host}`));
  const count = ports[1] - ports[0];
  if (hosts !== undefined && hosts[1] - hosts[0] !== count && count !== 0) {
    refuse(`Invalid ranges specified for container and host Ports: ${container} and ${host}`);
  }
  if (!["tcp", "udp", "sctp"].includes(protocol.toLowerCase())) refuse(`Invalid proto: ${protocol}`);
  const long = Array.from({ length: count + 1 }, (_, at): TreeMap => {
    const published = hosts === undefined ? "" : hostPort(hosts, at, count === 0);
    return {
      mode: "ingress",
      ...(address === "" ? {} : { host_ip: address }),
      target: ports[0] + at,
      ...(published === "" ? {} : { published }),
      protocol: protocol.toLowerCase(),
    };
  });
  // Compose sorts them by their texts: 10/tcp comes before 9/tcp.
  return long.sort((a, b) => (`${String(a["target"])}/` < `${String(b["target"])}/` ? -1 : 1));
}

/** A single port may be published on any one of a range. */
function hostPort([first, last]: Range, at: number, isSingle: boolean): string {
  return isSingle && first !== last ? `${first}-${last}` : `${first + at}`;
}

function addressOf(text: string): string {
  const inner = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (inner !== "" && canonicalIp(inner) === undefined) {
    refuse(`Invalid ip address: ${inner}`);
  }
  return inner;
}

function range(text: string): Range | undefined {
  const [, first = "", last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (first === "" || Number(first) > 65535 || Number(last) > 65535 || Number(last) < Number(first)) return undefined;
  return [Number(first), Number(last)];
}

function refuse(message: string): never {
  throw new ComposeError(message);
}
