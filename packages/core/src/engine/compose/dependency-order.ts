/** Goes through services so that one comes after those that it depends on, and others at the same time. */
import type { Project } from "../../compose/index.ts";

export type Visit = (service: string) => Promise<void>;

/** Dependencies first. Rejects with the first error, when all that had begun is over. */
export function inDependencyOrder(project: Project, visit: Visit): Promise<void> {
  return inOrder(project, visit, (name) => Object.keys(project.services.get(name)?.depends_on ?? {}));
}

/** Dependents first; with `only`, just these. */
export function inReverseOrder(project: Project, visit: Visit, only: readonly string[] = []): Promise<void> {
  const dependents = (name: string): readonly string[] =>
    [...project.services].flatMap(([other, { depends_on = {} }]) => (Object.hasOwn(depends_on, name) ? [other] : []));
  const chosen: Visit = async (name) => {
    if (only.length === 0 || only.includes(name)) await visit(name);
  };
  return inOrder(project, chosen, dependents);
}

async function inOrder(project: Project, visit: Visit, before: (name: string) => readonly string[]): Promise<void> {
  const begun = new Map<string, Promise<boolean>>();
  const errors: unknown[] = [];
  const begin = (name: string): Promise<boolean> => {
    const known = begun.get(name);
    if (known !== undefined) return known;
    const done = run(name);
    begun.set(name, done);
    return done;
  };
  const run = async (name: string): Promise<boolean> => {
    const needed = before(name).filter((other) => project.services.has(other));
    const all = await Promise.all(needed.sort().map(begin));
    if (all.includes(false)) return false;
    try {
      await visit(name);
      return true;
    } catch (error) {
      errors.push(error);
      return false;
    }
  };
  await Promise.all([...project.services.keys()].map(begin));
  if (errors.length > 0) throw errors[0];
}
