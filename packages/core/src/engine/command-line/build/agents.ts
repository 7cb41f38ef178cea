/**
 * `--ssh`: agents and keys of the client that are forwarded. What is wrong with them is said before anything is built.
 *
 * @see BuildKit session/sshforward/sshprovider/agentprovider.go; golang.org/x/crypto/ssh ParseRawPrivateKey
 */

import { quote } from "../../../lib/go/index.ts";
import { base64Bytes, decode, StatusError } from "../../../lib/index.ts";
import type { ClientMachine } from "../../docker/client.ts";
import { absolute } from "../client-disk.ts";

const DEFAULT_ID = "default";
const PEM = /-----BEGIN ([^-\n]+)-----\n([\s\S]*?)-----END \1-----/;
const KEY_TYPES = ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY"];
/** What a key of OpenSSH starts with, and the length that the name of its cipher has. */
const OPENSSH_MAGIC = "openssh-key-v1\0";
const LENGTH_BYTES = 4;

/** @throws StatusError for an agent that is not there, and for what is no key */
export function checkAgents(agents: readonly string[], client: ClientMachine): void {
  for (const agent of agents) {
    const equals = agent.indexOf("=");
    const id = (equals < 0 ? agent : agent.slice(0, equals)) || DEFAULT_ID;
    const keys = equals < 0 || equals === agent.length - 1 ? [] : agent.slice(equals + 1).split(",");
    const problem = keys.length === 0 ? socketProblem(agent, client) : keysProblem(id, keys, client);
    if (problem === undefined) continue;
    throw new StatusError(
      "invalid-argument",
      `failed to convert agent config {${id} [${keys.join(" ")}] false}: ${problem}`,
    );
  }
}

function socketProblem(agent: string, client: ClientMachine): string | undefined {
  if (agent === "" || client.env.get("SSH_AUTH_SOCK")) return undefined;
  return "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set";
}

function keysProblem(id: string, paths: readonly string[], client: ClientMachine): string | undefined {
  for (const path of paths) {
    const problem = keyProblem(path, client);
    if (problem !== undefined) return `failed to convert agent config for ID: ${quote(id)}: ${problem}`;
  }
  return undefined;
}

function keyProblem(path: string, client: ClientMachine): string | undefined {
  const place = absolute(client.cwd, path);
  const content = client.readFile(place);
  if (typeof content === "string")
    return client.exists(place) ? `failed to read ${path}: read ${path}: is a directory` : `stat ${path}: ${content}`;
  const [, type, body = ""] = PEM.exec(decode(content)) ?? [];
  const why = (text: string): string => `failed to parse ${path}: ssh: ${text}`;
  if (type === undefined) return why("no key found");
  if (!KEY_TYPES.includes(type)) return why(`unsupported key type ${quote(type)}`);
  if (isEncrypted(body)) return why("this private key is passphrase protected");
  return undefined;
}

function isEncrypted(body: string): boolean {
  if (body.includes("ENCRYPTED")) return true;
  const bytes = base64Bytes(body.replace(/\s/g, ""));
  if (decode(bytes.subarray(0, OPENSSH_MAGIC.length)) !== OPENSSH_MAGIC) return false;
  const length = bytes[OPENSSH_MAGIC.length + LENGTH_BYTES - 1] ?? 0;
  const from = OPENSSH_MAGIC.length + LENGTH_BYTES;
  return decode(bytes.subarray(from, from + length)) !== "none";
}
