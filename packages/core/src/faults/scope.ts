/** Whom a rule is about. */
import type { ContainerRef, ContainerScope } from "./rule.ts";

const ALL = /\*/g;

/** A text, or a pattern in which `*` stands for any text, compiled once. */
function pattern(text: string): (candidate: string) => boolean {
  if (!text.includes("*")) return (candidate) => candidate === text;
  const source = text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(ALL, ".*");
  const expression = new RegExp(`^${source}$`, "s");
  return (candidate) => expression.test(candidate);
}

/** True for everything where nothing is said. */
export function optionalPattern(text: string | undefined): (candidate: string) => boolean {
  return text === undefined ? () => true : pattern(text);
}

/** Whether a container is within a scope. Without a scope everything is, also what is about no container. */
export function containerScope({ container, image }: ContainerScope): (ref: ContainerRef | undefined) => boolean {
  if (container === undefined && image === undefined) return () => true;
  const isName = optionalPattern(container);
  const isImage = optionalPattern(image);
  return (ref) => {
    if (ref === undefined) return false;
    const isIt =
      isName(ref.name) || (container !== undefined && container.length >= 12 && ref.id.startsWith(container));
    return isIt && (isImage(ref.imageName) || isImage(`${ref.imageName}:latest`));
  };
}
