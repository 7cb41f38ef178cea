/**
 * `--iidfile`: the id of the image that was built, for scripts. One of an earlier build goes before anything is done.
 *
 * @see docker/buildx commands/build.go; docker/cli cli/command/image/build.go
 */
import { absolute, kindOf, openProblem, writable } from "../client-disk.ts";
import type { Session } from "../session.ts";

/** Returns why it cannot be removed, in the system's words. */
export function removeImageId({ disk, cwd }: Session, file: string): string | undefined {
  if (file === "" || disk === undefined) return undefined;
  const path = absolute(cwd, file);
  const kind = kindOf(disk, path, false);
  if (kind === undefined) return undefined;
  const target = writable(disk, file);
  if (kind !== "dir") target.unlinkSync?.(path);
  else if (/(^|\/)\.$/.test(file)) return `remove ${file}: invalid argument`;
  else if ([...disk.readdirSync(path)].length > 0) return `remove ${file}: directory not empty`;
  else target.rmdirSync?.(path);
  return undefined;
}

/** Returns why it cannot be written, in the system's words. */
export function writeImageId(session: Session, file: string, id: string): string | undefined {
  if (file === "" || session.disk === undefined) return undefined;
  const problem = openProblem(session, file);
  if (problem !== undefined) return `open ${file}: ${problem}`;
  session.write(file, id);
  return undefined;
}
