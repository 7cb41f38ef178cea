/** `docker compose cp`. Model: compose's cp.go. */
import { ComposeError } from "../../../compose/index.ts";
import type { Container } from "../../container/container.ts";
import type { FlagValues } from "../../docker/flags/flag.ts";
import { numberOf } from "../labels.ts";
import { containersOf } from "../operation.ts";
import type { ComposeContext } from "./context.ts";
import type { CP_FLAGS } from "./flags.ts";

interface Place {
  /** Empty for the client's own disk. */
  readonly service: string;
  readonly path: string;
}

/** To all containers of a service, or from its newest. */
export async function cp(
  context: ComposeContext,
  flags: FlagValues<typeof CP_FLAGS>,
  [from = "", to = ""]: readonly string[],
): Promise<number> {
  const [source, target] = [place(from), place(to)];
  if (source.service !== "" && target.service !== "")
    throw new ComposeError("copying between services is not supported");
  const service = source.service || target.service;
  if (service === "") throw new ComposeError("unknown copy direction");
  const isFrom = source.service !== "";
  const words = [...(flags.archive ? ["--archive"] : []), ...(flags["follow-link"] ? ["--follow-link"] : [])];
  const { disk, cwd, stdin, engine } = context.session;
  const client = { cwd, ...(disk === undefined ? {} : { disk }), ...(stdin === undefined ? {} : { stdin }) };
  const copies = targeted(context, flags, service, isFrom).map(async ({ name, id }): Promise<void> => {
    const text = `copy ${isFrom ? `${name}:` : ""}${source.path} to ${isFrom ? "" : `${name}:`}${target.path}`;
    context.operation.progress({ id: name, text, status: "Copying" });
    const operands = isFrom ? [`${id}:${source.path}`, target.path] : [source.path, `${id}:${target.path}`];
    const { exitCode, stderr } = await engine.docker(["cp", "--quiet", ...words, ...operands], {
      ...client,
      onOutput: (stream, _, bytes) => {
        if (stream === "stdout") context.session.out(bytes);
      },
    });
    if (exitCode !== 0) throw new ComposeError(stderr.trim());
    context.operation.progress({ id: name, text, status: "Copied" });
  });
  for (const result of await Promise.allSettled(copies)) if (result.status === "rejected") throw result.reason;
  return 0;
}

/** `service:path`; what begins with a dot or a slash names no service. */
function place(text: string): Place {
  const [service = "", ...path] = text.split(":");
  const isOwn = text.startsWith("/") || service.startsWith(".") || path.length === 0;
  return isOwn ? { service: "", path: text } : { service, path: path.join(":") };
}

/** @throws ComposeError `no container found for service "x"` */
function targeted(
  context: ComposeContext,
  flags: FlagValues<typeof CP_FLAGS>,
  service: string,
  isFrom: boolean,
): readonly Container[] {
  const oneOffs = flags.all ? "include" : "exclude";
  const all = containersOf(context.session, context.projectName(), { services: [service], oneOffs });
  if (flags.index > 0) {
    const found = all.filter((one) => numberOf(one) === flags.index);
    if (found.length > 0) return found;
    throw new ComposeError(`service "${service}" is not running container #${flags.index}`);
  }
  if (all.length === 0) throw new ComposeError(`no container found for service "${service}"`);
  return isFrom ? all.slice(0, 1) : all;
}
