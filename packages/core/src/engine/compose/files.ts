/** Secrets and configs that are no files: their content is put into the container before its start. Model: secrets.go. */
import { ComposeError, type FileObject, type FileReference, type Project, type Service } from "../../compose/index.ts";
import { encode, packTar, tarHeader } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { targetOf } from "./mounts.ts";
import type { Operation } from "./operation.ts";

/** @throws ComposeError if the service is read-only, or a variable is missing */
export async function injectFiles(
  operation: Operation,
  project: Project,
  serviceName: string,
  service: Service,
  container: Container,
): Promise<void> {
  const put = async (
    kind: "secret" | "config",
    reference: FileReference,
    object: FileObject,
    directory: string,
  ): Promise<void> => {
    const content = contentOf(kind, object, project);
    if (content === "") return;
    const { name = "" } = object;
    if (service.read_only === true) {
      throw new ComposeError(
        `cannot create ${kind} "${name}" in read-only service ${serviceName}: \`file\` is the sole supported option`,
      );
    }
    await copy(operation, container, targetOf(reference, directory), content, reference);
  };
  for (const one of service.secrets ?? [])
    await put("secret", one, project.secrets.get(one.source ?? "") ?? {}, "/run/secrets/");
  for (const one of service.configs ?? []) await put("config", one, project.configs.get(one.source ?? "") ?? {}, "/");
}

function contentOf(kind: string, { name = "", content, environment }: FileObject, project: Project): string {
  if (content !== undefined) return content;
  if (environment === undefined) return "";
  const value = project.environment.get(environment);
  if (value === undefined)
    throw new ComposeError(`environment variable "${environment}" required by ${kind} "${name}" is not set`);
  return value;
}

async function copy(
  { engine }: Operation,
  container: Container,
  path: string,
  content: string,
  { uid, gid, mode }: FileReference,
): Promise<void> {
  const data = encode(content);
  const header = tarHeader({
    name: path.replace(/^\/+/, ""),
    type: "file",
    mode: mode ?? 0o444,
    size: data.length,
    uid: Number(uid ?? 0),
    gid: Number(gid ?? 0),
    mtimeUs: engine.kernel.nowUs,
  });
  const archive = packTar([{ header, data }]);
  const { exitCode, stderr } = await engine.docker(["cp", "--archive", "-", `${container.id}:/`], { stdin: archive });
  if (exitCode !== 0) throw new ComposeError(stderr.trim());
}
