/** How registries are called: by people, in names of images, and on the network. */

import { DEFAULT_DOMAIN } from "../../oci/index.ts";
import { HUB_ENDPOINT } from "../../registry/index.ts";

const HUB_HOST = new URL(HUB_ENDPOINT).host;
const HUB_NAMES: ReadonlySet<string> = new Set(["", "index.docker.io", HUB_HOST]);

/** The domain of names of images, of "https://index.docker.io/v1/", "registry.example:5000" and the like. */
export function domainOf(server: string): string {
  const domain = hostnameOf(server);
  return HUB_NAMES.has(domain) ? DEFAULT_DOMAIN : domain;
}

/** A server's address without its scheme and path. @see docker/cli cli/config/credentials ConvertToHostname */
export const hostnameOf = (server: string): string => server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");

/** Whom to ask about images of a domain. */
export const registryHost = (domain: string): string => (domain === DEFAULT_DOMAIN ? HUB_HOST : domain);
