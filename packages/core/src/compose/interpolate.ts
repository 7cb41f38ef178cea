/** Variables in the texts of a compose file. Model: compose-go interpolation. */
import { reworded } from "../lib/go/index.ts";
import { ComposeError } from "./compose-error.ts";
import { CASTS } from "./interpolate-casts.ts";
import { substitute, TemplateError, type Variables, type Warn } from "./substitute.ts";
import { mapTexts, type Path, type Tree, type TreeMap } from "./tree.ts";

/** Puts variables into every text; texts that stand for numbers and booleans become such. @throws ComposeError */
export function interpolate(tree: TreeMap, variables: Variables, warn: Warn): TreeMap {
  return mapTexts(tree, (text, path): Tree => {
    const filled = filledIn(text, path, variables, warn);
    const cast = CASTS.get(path);
    return cast === undefined ? filled : reworded(() => cast(filled, warn), castProblem(path));
  });
}

function filledIn(text: string, path: Path, variables: Variables, warn: Warn): string {
  try {
    return substitute(text, variables, warn);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { template, message } = error;
    const hint = "You may need to escape any $ with another $.";
    throw template === undefined
      ? problemAt(path, message)
      : new ComposeError(`invalid interpolation format for ${shown(path)}.\n${hint}\n${template}`, { path });
  }
}

/** A place as messages name it: `services.web.ports.[].target`. */
export const shown = (path: Path): string => path.map((part) => (/^\d+$/.test(part) ? "[]" : part)).join(".");

const problemAt = (path: Path, what: string): ComposeError =>
  new ComposeError(`error while interpolating ${shown(path)}: ${what}`, { path });

/** What is wrong with a text that should stand for something else. */
export const castProblem =
  (path: Path) =>
  ({ message }: Error): ComposeError =>
    problemAt(path, `failed to cast to expected type: ${message}`);
