/**
 * The services of a project as a bake file: what compose hands to buildx.
 *
 * @see docker/compose pkg/compose/build_bake.go
 */
import { type Build, hostList, type Project, type Service } from "../../compose/index.ts";
import { compareBytes, join } from "../../lib/index.ts";
import { imageName } from "./create-body.ts";
import { imageLabels } from "./labels.ts";

export interface BakeFileOptions {
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly push: boolean;
  /** Dockerfiles are looked at, and nothing is built. */
  readonly check: boolean;
  readonly ssh: readonly string[];
}

type Services = Iterable<readonly [name: string, service: Service]>;

/** A file that defines a target for each service that is built, and a group of them all; nothing if none is. */
export function bakeFile(project: Project, services: Services, options: BakeFileOptions): object | undefined {
  const built = [...withContexts(project, services)].sort(([a], [b]) => compareBytes(a, b));
  const targets = built.flatMap(([name, service]) => {
    const { build } = service;
    return build === undefined
      ? []
      : [[targetName(name), target(project, name, { ...service, build }, options)] as const];
  });
  if (targets.length === 0) return undefined;
  return {
    group: { default: { targets: targets.map(([name]) => name) } },
    target: Object.fromEntries(targets),
  };
}

/** Services are built after those that they take for contexts. */
function withContexts(project: Project, services: Services): ReadonlyMap<string, Service> {
  const all = new Map(services);
  // What is added while it goes on is gone through, too.
  for (const { build } of all.values()) {
    for (const place of Object.values(build?.additional_contexts ?? {})) {
      const [, name = ""] = /^service:(.*)$/s.exec(place) ?? [];
      const other = project.services.get(name);
      if (other !== undefined && !all.has(name)) all.set(name, other);
    }
  }
  return all;
}

const targetName = (service: string): string => service.replaceAll(".", "_");

function target(
  project: Project,
  name: string,
  service: Service & { readonly build: Build },
  options: BakeFileOptions,
) {
  const { build } = service;
  const { context = ".", dockerfile = "Dockerfile", dockerfile_inline: inline } = build;
  const isPushed = options.push && service.image !== undefined;
  return said({
    context,
    contexts: sorted(contexts(build.additional_contexts)),
    dockerfile:
      inline !== undefined || dockerfile.startsWith("/") ? (inline ? "" : dockerfile) : join(context, dockerfile),
    "dockerfile-inline": escaped(inline ?? ""),
    args: sorted(args(build.args)),
    labels: sorted({ ...build.labels, ...imageLabels(project, name) }),
    tags: [...(build.tags ?? []), imageName(project.name, name, service)],
    "cache-from": build.cache_from,
    "cache-to": build.cache_to,
    target: build.target,
    secret: build.secrets?.map(({ source = "", target: id = source }) => secret(project, source, id)),
    ssh: [...(build.ssh ?? []).map((key) => (key.includes("=") ? key : `${key}=`)), ...options.ssh],
    platforms: build.platforms,
    pull: build.pull === true || options.pull,
    "no-cache": build.no_cache === true || options.noCache,
    network: build.network,
    "shm-size": build.shm_size === undefined ? undefined : String(build.shm_size),
    ulimits: ulimits(build),
    call: options.check ? "lint" : "",
    entitlements: [...(build.entitlements ?? []), ...(build.privileged === true ? ["security.insecure"] : [])],
    "extra-hosts": Object.fromEntries(hostList(build.extra_hosts ?? {}, "=").map((host) => host.split(/=(.*)/s, 2))),
    output: options.check ? [] : [isPushed ? "type=registry" : "type=docker"],
    attest: attestations(build),
  });
}

/** Without what says nothing. */
function said(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => {
      if (value === undefined || value === false || value === "") return false;
      return typeof value !== "object" || value === null || Object.keys(value).length > 0;
    }),
  );
}

const sorted = <T>(map: Readonly<Record<string, T>> = {}): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => compareBytes(a, b)));

/** What bake would take for a variable is none. */
const escaped = (text: string): string => text.replaceAll("${", () => "$${");

const args = (given: Build["args"] = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, escaped(value)] as const])),
  );

/** Other services are targets of the file. */
const contexts = (given: Build["additional_contexts"] = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(given).map(([name, place]) => [
      name,
      place.startsWith("service:") ? `target:${targetName(place.slice("service:".length))}` : place,
    ]),
  );

function secret(project: Project, source: string, id: string): string {
  const { file, environment } = project.secrets.get(source) ?? {};
  return file === undefined ? `id=${id},type=env,env=${environment ?? ""}` : `id=${id},type=file,src=${file}`;
}

const ulimits = ({ ulimits: limits = {} }: Build): readonly string[] =>
  Object.entries(limits).map(([name, limit]) => {
    const { single, soft, hard } = limit ?? {};
    return single === undefined ? `${name}=${soft}:${hard}` : `${name}=${single}`;
  });

/** `true` is what everybody gets who asks for no more. */
function attestations({ provenance = "", sbom = "" }: Build): readonly string[] {
  const one = (type: string, value: string): readonly string[] => {
    if (value === "" || value === "false") return value === "" ? [] : [`type=${type},disabled=true`];
    return [value === "true" ? `type=${type}` : `type=${type},${value}`];
  };
  return [...one("provenance", provenance), ...one("sbom", sbom)];
}
