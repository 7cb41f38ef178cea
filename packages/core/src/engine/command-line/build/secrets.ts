/**
 * `--secret`: where values come from.
 *
 * @see docker/buildx util/buildflags/secrets.go, BuildKit session/secrets/secretsprovider
 */
import type { Secret } from "../../../build/index.ts";
import { parseCsv } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import type { ClientMachine } from "../../docker/client.ts";
import { OptionError } from "./option.ts";

/** @see BuildKit session/secrets/secretsprovider/store.go MaxSecretSize */
const MAX_BYTES = 500 * 1024;

type SecretOption = { id: string; src: string; env: string; type: string };

/**
 * Values by their ids; a variable that is not set makes an empty secret.
 *
 * @throws OptionError for a field that is none; StatusError for a file that cannot be read, or is too big
 */
export function secretsOf(options: readonly string[], client: ClientMachine): Readonly<Record<string, Secret>> {
  const secrets = options.filter((option) => option !== "").map(parseSecret);
  const values = secrets.flatMap((secret): (readonly [string, Secret])[] => {
    const value = valueOf(secret, client);
    return value === undefined ? [] : [[secret.id, value]];
  });
  return Object.fromEntries(values);
}

function parseSecret(option: string): SecretOption {
  const secret: SecretOption = { id: "", src: "", env: "", type: "" };
  for (const field of parseCsv(option)) {
    const equals = field.indexOf("=");
    if (equals < 0) throw new OptionError(`invalid field '${field}' must be a key=value pair`);
    const key = field.slice(0, equals).toLowerCase();
    const value = field.slice(equals + 1);
    if (key === "source" || key === "src") secret.src = value;
    else if (key === "id" || key === "env") secret[key] = value;
    else if (key !== "type") throw new OptionError(`unexpected key '${key}' in '${field}'`);
    else if (value === "file" || value === "env") secret.type = value;
    else throw new OptionError(`unsupported secret type ${JSON.stringify(value)}`);
  }
  return secret;
}

/** The variable `env`, else the file `src`, else the variable or the file called like the secret. */
function valueOf({ id, src, env, type }: SecretOption, client: ClientMachine): Secret | undefined {
  if (id === "") throw new StatusError("invalid-argument", "secret missing ID");
  const variable = type === "env" && env === "" ? src : env;
  if (variable !== "") return client.env.get(variable) ?? "";
  if (src === "" && type !== "file" && client.env.has(id)) return client.env.get(id);
  const path = src === "" ? id : src;
  const content = client.readFile(path);
  if (typeof content !== "string") {
    if (content.length <= MAX_BYTES) return content;
    throw new StatusError("invalid-argument", `secret ${id} too big. max size ${MAX_BYTES / 1024}KiB`);
  }
  // Only when a step wants it the client finds out that it cannot be read.
  if (client.exists(path)) return { error: `read ${path}: is a directory` };
  throw new StatusError("not-found", `failed to stat ${path}: stat ${path}: ${content}`);
}
