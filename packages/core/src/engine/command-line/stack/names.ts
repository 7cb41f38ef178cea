/** What things of a stack are called in the swarm. Model: docker/cli cli/compose/convert/compose.go. */

/** The label by which a thing is known to be of a stack. */
export const NAMESPACE = "com.docker.stack.namespace";

/** `web` of the stack `shop` as `shop_web`. */
export const scoped = (namespace: string, name: string): string => `${namespace}_${name}`;

/** The name that a network, volume, secret or config has. */
export function namesOf(
  namespace: string,
  name: string,
  spec: { readonly name?: string; readonly external?: boolean } | undefined,
): string {
  if (spec?.name !== undefined && spec.name !== "") return spec.name;
  return spec?.external === true ? name : scoped(namespace, name);
}
