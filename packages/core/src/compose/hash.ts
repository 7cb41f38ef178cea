/**
 * Configuration hashes: what compose keeps in a label to know whether something has changed since it was made.
 *
 * Model: docker/compose pkg/compose/hash.go
 */
import { encode, sha256 } from "../lib/index.ts";
import type { Kind } from "./kinds/kind.ts";
import { NETWORK, type NetworkSpec, VOLUME, type VolumeSpecification } from "./model/resources.ts";
import { SERVICE, type Service } from "./model/service.ts";
import { jsonText } from "./print/json.ts";

/** Over everything but what does not make another container: how many there are, what it depends on, how it is built. */
export function serviceHash(service: Service): string {
  const { build, pull_policy, scale, depends_on, profiles, deploy, ...rest } = service;
  if (deploy === undefined) return hashOf(SERVICE, rest);
  const { replicas, ...kept } = deploy;
  return hashOf(SERVICE, { ...rest, deploy: kept });
}

export function networkHash(network: NetworkSpec): string {
  return hashOf(NETWORK, network);
}

export function volumeHash(volume: VolumeSpecification): string {
  return hashOf(VOLUME, { ...volume, driver: volume.driver ?? "local" });
}

function hashOf<T>(kind: Kind<T>, value: T): string {
  return sha256(encode(jsonText((kind.json ?? kind.yaml)(value))));
}
