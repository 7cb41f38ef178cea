/**
 * What `--host` and DOCKER_HOST say: where the client looks for the daemon.
 *
 * @see docker/cli opts/hosts.go, moby client/client.go ParseHostURL
 */
import { quote } from "../../lib/go/index.ts";
import { DEFAULT_HOST } from "./client-contexts.ts";

const DEFAULT_PORT = "2375";
const UNRESOLVED = "unable to resolve docker endpoint: ";

/** Where that is, or why it is nowhere. */
export type DockerHost = { readonly address: string } | { readonly problem: string };

export function parseDockerHost(text: string): DockerHost {
  const trimmed = text.trim();
  const [scheme, rest] = trimmed.includes("://") ? cut(trimmed, "://") : ["tcp", trimmed];
  switch (scheme) {
    case "unix":
      return { address: rest === "" ? DEFAULT_HOST : trimmed };
    case "tcp":
      return tcpHost(rest);
    case "fd":
      return { problem: `unable to parse docker host \`${trimmed}\`` };
    case "npipe":
      return { problem: "protocol not available" };
    case "ssh":
      return rest === ""
        ? { problem: "ssh host connection is not valid: invalid SSH URL: hostname is empty" }
        : { address: trimmed };
    default:
      return { problem: `${UNRESOLVED}invalid bind address format: ${trimmed}` };
  }
}

/** Without a host it is this machine, without a port the usual one. */
function tcpHost(rest: string): DockerHost {
  const [authority, path] = /^([^/]*)(.*)$/.exec(rest)?.slice(1) ?? ["", ""];
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority ?? "") ?? [];
  if (port !== undefined && !/^\d*$/.test(port)) {
    return { problem: `${UNRESOLVED}parse ${quote(`tcp://${rest}`)}: invalid port ${quote(`:${port}`)} after host` };
  }
  return { address: `tcp://${host || "localhost"}:${port || DEFAULT_PORT}${path}` };
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
