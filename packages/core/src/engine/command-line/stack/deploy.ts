/**
 * `docker stack deploy`: networks, secrets, configs and services are made as the files say, or changed to be so.
 *
 * @see docker/cli cli/command/stack/swarm/deploy_composefile.go, deploy.go
 */
import type { Project } from "../../../compose/index.ts";
import { problemOf } from "../../../lib/go/index.ts";
import { failure } from "../../docker/problem.ts";
import { parseReference } from "../../docker/reference.ts";
import type { RequestOf } from "../../docker/request.ts";
import type { ServiceSpec } from "../../swarm/service-spec.ts";
import { awaitService } from "../converge.ts";
import { pinnedService } from "../pinned-image.ts";
import type { Session } from "../session.ts";
import { openFiles } from "./files.ts";
import { made } from "./made.ts";
import { scoped } from "./names.ts";
import { createNetworks } from "./networks.ts";
import { createPayloads, payloadsOf } from "./payloads.ts";
import { IMAGE_LABEL, serviceSpec } from "./service-spec.ts";
import { servicesOf } from "./views.ts";

const RESOLVE = new Set(["always", "changed", "never"]);
const IN_BACKGROUND = `Since --detach=false was not specified, tasks will be created in the background.
In a future release, --detach=false will become the default.
`;

export async function deployStack(session: Session, request: RequestOf<"stack deploy">): Promise<number> {
  const { name: namespace } = request;
  const { project } = openFiles(session, request.files);
  for (const [name, { image = "" }] of project.services) checkImage(name, image);
  if (!RESOLVE.has(request.resolveImage))
    throw failure(`Invalid option ${request.resolveImage} for flag --resolve-image`);
  if (!request.isDetachSaid) session.err(IN_BACKGROUND);
  const { swarm } = session.engine;
  await session.call("SystemInfo", "", () => {
    if (swarm.current !== undefined) return;
    const hint = 'Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again';
    throw failure(`this node is not a swarm manager. ${hint}`);
  });
  if (request.prune) await pruneServices(session, namespace, project);
  await createNetworks(session, namespace, project);
  await createPayloads(session, namespace, "secret", project.secrets);
  await createPayloads(session, namespace, "config", project.configs);
  const specs: ServiceSpec[] = [];
  for (const [name, service] of project.services) {
    const files = await payloadsOf(session, namespace, project, name);
    specs.push(serviceSpec(name, service, { namespace, project, files }));
  }
  const ids: string[] = [];
  for (const spec of specs) ids.push(await deployService(session, request, spec));
  if (!request.detach) for (const id of ids) await awaitService(session, id, { quiet: request.quiet });
  return 0;
}

/** @throws CliError */
function checkImage(service: string, image: string): void {
  const refuse = (why: string): never => {
    throw failure(`invalid image reference for service ${service}: ${why}`);
  };
  if (image === "") refuse("no image specified");
  const problem = problemOf(() => parseReference(image));
  if (problem !== undefined) refuse(problem);
}

/** Services that the files no longer speak of go. */
async function pruneServices(session: Session, namespace: string, project: Project): Promise<void> {
  const names = new Set([...project.services.keys()].map((name) => scoped(namespace, name)));
  for (const { id, spec } of await servicesOf(session, namespace)) {
    if (names.has(spec.Name)) continue;
    session.lines([`Removing service ${spec.Name}`]);
    await session.call("ServiceDelete", id, () => session.engine.swarm.cluster.services.remove(id));
  }
}

/** The id of a service that is as it is wanted. */
async function deployService(
  session: Session,
  { name: namespace, resolveImage }: RequestOf<"stack deploy">,
  spec: ServiceSpec,
): Promise<string> {
  const { swarm } = session.engine;
  const existing = (await servicesOf(session, namespace)).find((one) => one.spec.Name === spec.Name);
  if (existing === undefined) {
    session.lines([`Creating service ${spec.Name}`]);
    const first = resolveImage === "never" ? spec : (await pinnedService(session, spec)).spec;
    return made(`failed to create service ${spec.Name}`, () =>
      session.call("ServiceCreate", spec.Name, () => swarm.cluster.services.create(first).id),
    );
  }
  session.lines([`Updating service ${spec.Name} (id: ${existing.id})`]);
  const ForceUpdate = existing.spec.TaskTemplate.ForceUpdate;
  const same = { ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate } };
  const isOldImage = spec.Labels[IMAGE_LABEL] === existing.spec.Labels[IMAGE_LABEL];
  const asks = resolveImage === "always" || (resolveImage === "changed" && !isOldImage);
  const kept = isOldImage ? withImage(same, existing.spec) : same;
  const pinned = asks ? await pinnedService(session, same) : { spec: kept, warning: "" };
  await made(`failed to update service ${spec.Name}`, () =>
    session.call("ServiceUpdate", spec.Name, () =>
      swarm.cluster.services.update(existing.id, existing.version, pinned.spec),
    ),
  );
  session.err(pinned.warning);
  return existing.id;
}

/** With the image that was found the last time. */
function withImage(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const { ContainerSpec: container } = spec.TaskTemplate;
  const Image = before.TaskTemplate.ContainerSpec?.Image;
  if (container === undefined || Image === undefined) return spec;
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...container, Image } } };
}
