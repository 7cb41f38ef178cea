/**
 * What services of a file can say, and what of it a swarm does not do.
 *
 * @see docker/cli cli/compose/types/types.go
 */
import { ComposeError } from "../compose-error.ts";
import { isMap, mapOf, type TreeMap } from "../tree.ts";

/** In the order in which they are printed. */
export const SERVICE_PROPERTIES =
  `build cap_add cap_drop cgroupns_mode cgroup_parent command configs container_name credential_spec
  depends_on deploy devices dns dns_search domainname entrypoint environment env_file expose external_links extra_hosts
  hostname healthcheck image init ipc isolation labels links logging mac_address network_mode networks oom_score_adj pid
  ports privileged read_only restart secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls
  tmpfs tty ulimits user userns_mode volumes working_dir`.split(/\s+/);

const UNSUPPORTED = `build cgroup_parent cgroupns_mode devices domainname external_links ipc links mac_address
  network_mode pid privileged restart security_opt shm_size userns_mode`.split(/\s+/);

const DEPRECATED: Readonly<Record<string, string>> = {
  container_name: "Setting the container name is not supported.",
  expose:
    "Exposing ports is unnecessary - services on the same network can access each other's containers on any port.",
};

const LIMITS = "Set resource limits using deploy.resources";
/** Why a file must not have them, by their names. */
export const FORBIDDEN: Readonly<Record<string, string>> = {
  cpu_quota: LIMITS,
  cpu_shares: LIMITS,
  cpuset: LIMITS,
  extends: "Support for `extends` is not implemented yet.",
  mem_limit: LIMITS,
  memswap_limit: LIMITS,
  volume_driver:
    "Instead of setting the volume driver on the service, define a volume using the top-level `volumes` option and specify the driver there.",
  volumes_from:
    "To share a volume between services, define it using the top-level `volumes` option and reference it from each service that shares it using the service-level `volumes` option.",
};

export interface IgnoredProperties {
  readonly unsupported: readonly string[];
  /** Why, by their names. */
  readonly deprecated: readonly (readonly [name: string, why: string])[];
}

/** What is passed over, in the order of names. */
export function ignoredProperties(trees: readonly TreeMap[]): IgnoredProperties {
  const used = usedBy(trees);
  return {
    unsupported: UNSUPPORTED.filter((name) => used.has(name)),
    deprecated: Object.entries(DEPRECATED).filter(([name]) => used.has(name)),
  };
}

/** Services have properties that a file must not have. */
export class ForbiddenProperties extends ComposeError {
  /** Why, by their names. */
  readonly properties: readonly (readonly [name: string, why: string])[];

  constructor(properties: readonly (readonly [name: string, why: string])[]) {
    super("Configuration contains forbidden properties");
    this.properties = properties;
  }
}

/** @throws ForbiddenProperties */
export function checkForbidden(trees: readonly TreeMap[]): void {
  const used = usedBy(trees);
  const found = Object.entries(FORBIDDEN).filter(([name]) => used.has(name));
  if (found.length > 0) throw new ForbiddenProperties(found);
}

function usedBy(trees: readonly TreeMap[]): ReadonlySet<string> {
  const services = trees.flatMap((tree) => Object.values(mapOf(tree["services"])));
  return new Set(services.flatMap((service) => (isMap(service) ? Object.keys(service) : [])));
}
