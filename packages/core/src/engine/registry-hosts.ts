/** How registries are called: by people, in names of images, and on the network. */

const HUB = "docker.io";
const HUB_HOST = "registry-1.docker.io";
const HUB_NAMES: ReadonlySet<string> = new Set(["", "index.docker.io", HUB_HOST]);

/** The domain of names of images, of "https://index.docker.io/v1/", "registry.example:5000" and the like. */
export function domainOf(server: string): string {
  const domain = server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return HUB_NAMES.has(domain) ? HUB : domain;
}

/** Whom to ask about images of a domain. */
export const registryHost = (domain: string): string => (domain === HUB ? HUB_HOST : domain);
