/** Images of services as what their tags stand for now. @see docker/compose pkg/compose/pull.go ImageDigestResolver */
import { ComposeError, type Project, type Service } from "../../compose/index.ts";
import { parseReference, referenceText, withDefaultTag } from "../../oci/index.ts";
import type { Session } from "../command-line/session.ts";

/** @throws ComposeError for an image that its registry does not know */
export async function withDigests({ engine }: Session, project: Project): Promise<Project> {
  const services = new Map<string, Service>();
  for (const [name, service] of project.services) {
    const image = service.image === undefined ? undefined : await pinned(service.image);
    services.set(name, image === undefined ? service : { ...service, image });
  }
  return { ...project, services };

  async function pinned(image: string): Promise<string> {
    const reference = withDefaultTag(parseReference(image));
    const text = referenceText(reference);
    if (reference.digest !== undefined) return text;
    try {
      const { descriptor } = await engine.images.remote(image);
      return `${text}@${descriptor.digest}`;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ComposeError(`failed to resolve digest for ${text}: Error response from daemon: ${why}`);
    }
  }
}
