/** A service's mounts as the API's body has them: some as `Binds`, some as `Mounts`. Model: compose's create.go. */
import type { FileReference, MountSpec, Project, Service } from "../../compose/index.ts";
import { ComposeError } from "../../compose/index.ts";
import { orNull } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { MountBody } from "../docker/create-body.ts";
import type { Operation } from "./operation.ts";

export interface ServiceMounts {
  readonly Binds: readonly string[] | null;
  readonly Mounts?: readonly MountBody[];
}

/** @param replaced the container whose anonymous volumes the new one takes over */
export function serviceMounts(
  operation: Operation,
  project: Project,
  service: Service,
  replaced: Container | undefined,
): ServiceMounts {
  const mounts = new Map<string, MountBody>();
  const inherited = replaced === undefined ? [] : inheritedMounts(service, replaced);
  for (const mount of inherited) mounts.set(mount.Target ?? "", mount);
  const isTaken = new Set(inherited.map(({ Target }) => Target));
  const own = (service.volumes ?? []).filter(({ target, source }) => source !== undefined || !isTaken.has(target));
  for (const volume of own) mounts.set(volume.target ?? "", mountBody(operation, project, volume));
  for (const mount of [...secretMounts(operation, project, service), ...configMounts(operation, project, service)]) {
    if (!mounts.has(mount.Target ?? "")) mounts.set(mount.Target ?? "", mount);
  }
  const binds: string[] = [];
  const rest: MountBody[] = [];
  for (const mount of mounts.values()) {
    const bind = bindText(mount, service, project);
    if (bind === undefined) rest.push(mount);
    else binds.push(bind);
  }
  return { Binds: orNull(binds), ...(rest.length === 0 ? {} : { Mounts: rest }) };
}

/** Volumes without a name go on living in the container that takes the place of another. */
function inheritedMounts(service: Service, replaced: Container): readonly MountBody[] {
  const declared = replaced.image.config.config?.Volumes ?? {};
  return replaced.mountPoints.flatMap(({ type, name, source, destination, readOnly }): MountBody[] => {
    if (type === "tmpfs") return [];
    const isAnonymous = (service.volumes ?? []).some((own) => own.target === destination && own.source === undefined);
    if (!isAnonymous && !Object.hasOwn(declared, destination)) return [];
    const mount = { Type: type, Source: type === "volume" ? (name ?? "") : source, Target: destination };
    return [readOnly ? { ...mount, ReadOnly: true } : mount];
  });
}

function mountBody(operation: Operation, project: Project, volume: MountSpec): MountBody {
  const { type = "volume", source, target = "", read_only, consistency } = volume;
  for (const kind of ["bind", "volume", "tmpfs", "image"] as const) {
    if (type !== kind && volume[kind] !== undefined) {
      operation.warn(`mount of type \`${type}\` should not define \`${kind}\` option`);
    }
  }
  const named = type === "volume" && source !== undefined ? project.volumes.get(source)?.name : undefined;
  return {
    Type: type,
    ...(source === undefined ? {} : { Source: named ?? source }),
    Target: target,
    ...(read_only === true ? { ReadOnly: true } : {}),
    ...(consistency === undefined ? {} : { Consistency: consistency }),
    ...options(volume),
  };
}

function options({ type, bind, volume, tmpfs, image }: MountSpec): Partial<MountBody> {
  if (type === "bind" && bind !== undefined) {
    return {
      BindOptions: {
        ...(bind.propagation === undefined ? {} : { Propagation: bind.propagation }),
        ...(bind.recursive === "disabled" ? { NonRecursive: true } : {}),
        ...(bind.create_host_path === true ? { CreateMountpoint: true } : {}),
        ...(bind.recursive === "writable" ? { ReadOnlyNonRecursive: true } : {}),
        ...(bind.recursive === "readonly" ? { ReadOnlyForceRecursive: true } : {}),
      },
    };
  }
  if (type === "volume" && volume !== undefined) {
    return {
      VolumeOptions: {
        ...(volume.nocopy === true ? { NoCopy: true } : {}),
        ...(volume.labels === undefined ? {} : { Labels: volume.labels }),
        ...(volume.subpath === undefined ? {} : { Subpath: volume.subpath }),
      },
    };
  }
  if (type === "tmpfs" && tmpfs !== undefined) {
    return {
      TmpfsOptions: {
        ...(tmpfs.size === undefined ? {} : { SizeBytes: tmpfs.size }),
        ...(tmpfs.mode === undefined ? {} : { Mode: tmpfs.mode }),
      },
    };
  }
  return type === "image" && image !== undefined
    ? { ImageOptions: image.subpath === undefined ? {} : { Subpath: image.subpath } }
    : {};
}

/** `source:target:rw`, for what needs nothing that only `Mounts` can say. */
function bindText(
  { Type, Source = "", Target = "" }: MountBody,
  service: Service,
  project: Project,
): string | undefined {
  const spec = (service.volumes ?? []).find(({ target }) => target === Target);
  if (spec === undefined) return undefined;
  if (Type === "bind") {
    const { bind } = spec;
    const isPlain =
      bind === undefined ||
      (bind.create_host_path === true && bind.propagation === undefined && bind.recursive === undefined);
    return isPlain ? `${Source}:${Target}:${modes(spec)}` : undefined;
  }
  const isNamed = [...project.volumes.values()].some(({ name }) => name === Source);
  const { volume } = spec;
  const isPlain =
    volume === undefined || (volume.labels === undefined && volume.subpath === undefined && volume.nocopy !== true);
  return Type === "volume" && isNamed && isPlain ? `${Source}:${Target}:${modes(spec)}` : undefined;
}

function modes({ read_only, bind, volume }: MountSpec): string {
  const words = [
    read_only === true ? "ro" : "rw",
    bind?.selinux,
    bind?.propagation,
    volume?.nocopy === true ? "nocopy" : undefined,
  ];
  return words.filter((word) => word !== undefined).join(",");
}

/** Where a secret or a config is seen. */
export function targetOf({ source = "", target }: FileReference, directory: string): string {
  if (target === undefined) return `${directory}${source}`;
  return target.startsWith("/") ? target : `${directory}${target}`;
}

function secretMounts(operation: Operation, project: Project, service: Service): readonly MountBody[] {
  return (service.secrets ?? []).flatMap((reference): MountBody[] => {
    const secret = project.secrets.get(reference.source ?? "") ?? {};
    refuseUnsupported("secret", secret);
    if (secret.environment !== undefined) return [];
    warnOwner(operation, "secrets", reference);
    return [
      {
        Type: "bind",
        Source: secret.file ?? "",
        Target: targetOf(reference, "/run/secrets/"),
        ReadOnly: true,
        BindOptions: {},
      },
    ];
  });
}

function configMounts(operation: Operation, project: Project, service: Service): readonly MountBody[] {
  return (service.configs ?? []).flatMap((reference): MountBody[] => {
    const config = project.configs.get(reference.source ?? "") ?? {};
    refuseUnsupported("config", config);
    if (config.environment !== undefined || config.content !== undefined) return [];
    warnOwner(operation, "config", reference);
    return [{ Type: "bind", Source: config.file ?? "", Target: targetOf(reference, "/"), ReadOnly: true }];
  });
}

interface FileLike {
  readonly name?: string;
  readonly external?: boolean;
  readonly driver?: string;
  readonly template_driver?: string;
}

function refuseUnsupported(
  what: "secret" | "config",
  { name = "", external, driver, template_driver }: FileLike,
): void {
  if (external === true) throw new ComposeError(`unsupported external ${what} ${name}`);
  if (driver !== undefined) throw new ComposeError(`Docker Compose does not support ${what}s.*.driver`);
  if (template_driver !== undefined)
    throw new ComposeError(`Docker Compose does not support ${what}s.*.template_driver`);
}

function warnOwner(operation: Operation, what: string, { uid, gid, mode }: FileReference): void {
  if (uid === undefined && gid === undefined && mode === undefined) return;
  operation.warn(`${what} \`uid\`, \`gid\` and \`mode\` are not supported, they will be ignored`);
}
