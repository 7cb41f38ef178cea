/** Whether the parts of a project fit together. Model: compose-go's checkConsistency. */
import { ComposeError, invalidProject } from "./compose-error.ts";
import type { Build } from "./model/build.ts";
import { type Service, scaleOf } from "./model/service.ts";
import type { Project } from "./project.ts";

/** @throws ComposeError */
export function checkProject(project: Project): void {
  for (const [name, service] of project.services) {
    checkImage(project, name, service);
    checkReferences(project, name, service);
    checkScale(name, service);
    checkTargets(name, service);
  }
  for (const [name, secret] of project.secrets) {
    if (secret.external === true || secret.file !== undefined || secret.environment !== undefined) continue;
    throw invalidProject(`secret "${name}" must declare either \`file\` or \`environment\``, ["secrets", name]);
  }
  checkCycles(project);
}

function checkImage(project: Project, name: string, { build, image, provider, platform }: Service): void {
  const path = ["services", name];
  if (build === undefined && image === undefined && provider === undefined) {
    throw invalidProject(`service "${name}" has neither an image nor a build context specified`, path);
  }
  if (build === undefined) return;
  if (build.dockerfile_inline !== undefined && build.dockerfile !== undefined) {
    throw invalidProject(`service "${name}" declares mutualy exclusive dockerfile and dockerfile_inline`, [
      ...path,
      "build",
    ]);
  }
  checkContexts(project, name, build);
  if (build.platforms !== undefined && platform !== undefined && !build.platforms.includes(platform)) {
    throw invalidProject(`service.build.platforms MUST include service.platform "${platform}"`, [...path, "platform"]);
  }
}

function checkContexts(project: Project, name: string, build: Build): void {
  for (const [key, context] of Object.entries(build.additional_contexts ?? {})) {
    if (!context.startsWith("service:")) continue;
    const target = project.services.get(context.slice("service:".length));
    const what = target === undefined ? "unknown" : target.build === undefined ? "non-buildable" : undefined;
    if (what === undefined) continue;
    const message = `service "${name}" declares ${what} service "${context.slice("service:".length)}" as additional contexts ${key}`;
    throw new ComposeError(message, { path: ["services", name, "build", "additional_contexts", key] });
  }
}

function checkReferences(project: Project, name: string, service: Service): void {
  const path = ["services", name];
  const undefinedThing = (what: string, other: string, key: string): ComposeError =>
    invalidProject(`service "${name}" refers to undefined ${what} ${other}`, [...path, key, other]);
  const networks = Object.keys(service.networks ?? {});
  if (service.network_mode !== undefined && networks.length > 0) {
    throw invalidProject(`service ${name} declares mutually exclusive \`network_mode\` and \`networks\``, [
      ...path,
      "network_mode",
    ]);
  }
  for (const network of networks)
    if (!project.networks.has(network)) throw undefinedThing("network", network, "networks");
  const [first] = service.healthcheck?.test ?? [];
  if (first !== undefined && !["CMD", "CMD-SHELL", "NONE"].includes(first)) {
    const message = 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"';
    throw new ComposeError(message, { path: [...path, "healthcheck", "test"] });
  }
  for (const [other, dependency] of Object.entries(service.depends_on ?? {})) {
    if (project.services.has(other) || (project.disabled.has(other) && dependency?.required === false)) continue;
    throw invalidProject(`service "${name}" depends on undefined service "${other}"`, [...path, "depends_on", other]);
  }
  for (const { type, source } of service.volumes ?? []) {
    if (type === "volume" && source !== undefined && !project.volumes.has(source))
      throw undefinedThing("volume", source, "volumes");
  }
  for (const { source = "" } of service.build?.secrets ?? []) {
    if (!project.secrets.has(source)) throw undefinedThing("build secret", source, "build");
  }
  for (const { source = "" } of service.configs ?? [])
    if (!project.configs.has(source)) throw undefinedThing("config", source, "configs");
  for (const model of Object.keys(service.models ?? {}))
    if (!project.models.has(model)) throw undefinedThing("model", model, "models");
  for (const { source = "" } of service.secrets ?? [])
    if (!project.secrets.has(source)) throw undefinedThing("secret", source, "secrets");
}

function checkScale(name: string, service: Service): void {
  const { scale, deploy, container_name } = service;
  const path = ["services", name, "scale"];
  const replicas = deploy?.replicas;
  if (scale !== undefined && replicas !== undefined && scale !== replicas) {
    throw invalidProject(`services.${name}: can't set distinct values on 'scale' and 'deploy.replicas'`, path);
  }
  const low =
    scale !== undefined && scale < 0 ? "scale" : replicas !== undefined && replicas < 0 ? "deploy.replicas" : undefined;
  if (low !== undefined)
    throw new ComposeError(`services.${name}.${low}: must be greater than or equal to 0`, { path });
  const limits = deploy?.resources?.limits;
  const reservations = deploy?.resources?.reservations;
  distinct(name, "cpus", service.cpus, limits, limits?.cpus, "limits.cpus");
  distinct(name, "mem_limit", service.mem_limit, limits, limits?.memory, "limits.memory");
  distinct(name, "mem_reservation", service.mem_reservation, reservations, reservations?.memory, "reservations.memory");
  distinct(name, "pids_limit", service.pids_limit, limits, limits?.pids, "limits.pids");
  if (scaleOf(service) > 1 && container_name !== undefined) {
    // Compose has the attribute and the service in each other's places.
    const attribute = scale === undefined ? "deploy.replicas" : "scale";
    throw invalidProject(
      `services.${attribute}: can't set container_name and ${name} as container name must be unique`,
      path,
    );
  }
}

function distinct(
  name: string,
  own: string,
  value: number | undefined,
  there: unknown,
  other: number | undefined,
  path: string,
): void {
  if (value === undefined || there === undefined || value === (other ?? 0)) return;
  const message = `services.${name}: can't set distinct values on '${own}' and 'deploy.resources.${path}'`;
  throw invalidProject(message, ["services", name, own]);
}

function checkTargets(name: string, { tmpfs = [], volumes = [] }: Service): void {
  const taken = new Map<string, string>();
  const take = (target: string, key: string, at: number): void => {
    const place = `services.${name}.${key}[${at}]`;
    const before = taken.get(target);
    if (before !== undefined) {
      const path = ["services", name, key, String(at)];
      throw new ComposeError(`${place}: target ${target} already mounted as ${before}`, { path });
    }
    taken.set(target, place);
  };
  for (const [at, one] of tmpfs.entries()) take(one.split(":")[0] ?? "", "tmpfs", at);
  for (const [at, { target = "" }] of volumes.entries()) take(target, "volumes", at);
}

function checkCycles({ services }: Project): void {
  const search = (name: string, path: readonly string[]): void => {
    for (const next of Object.keys(services.get(name)?.depends_on ?? {}).sort()) {
      const start = path.indexOf(next);
      if (start >= 0) {
        const message = `dependency cycle detected: ${path.slice(start).join(" -> ")} -> ${next}`;
        throw new ComposeError(message, { path: ["services", name, "depends_on", next] });
      }
      search(next, [...path, next]);
    }
  };
  for (const name of services.keys()) search(name, [name]);
}
