/**
 * Variables in the texts of a stack's file: only texts in which one stands become numbers and booleans, others than in
 * compose, and of those without a value nothing is said.
 *
 * @see docker/cli cli/compose/interpolation/interpolation.go, cli/compose/loader/interpolate.go
 */
import { atoi, parseFloat64, quote, reworded } from "../../lib/go/index.ts";
import { ComposeError } from "../compose-error.ts";
import { castProblem, shown } from "../interpolate.ts";
import { readBoolean } from "../kinds/scalars.ts";
import { substitute, TemplateError, type Variables } from "../substitute.ts";
import { mapTexts, type Path, PathTable, type Tree, type TreeMap } from "../tree.ts";

/** @throws ComposeError */
export function interpolateStack(tree: TreeMap, variables: Variables): TreeMap {
  return mapTexts(tree, (text, path): Tree => {
    const filled = filledIn(text, path, variables);
    const cast = filled === text ? undefined : CASTS.get(path);
    return cast === undefined ? filled : reworded(() => cast(filled), castProblem(path));
  });
}

function filledIn(text: string, path: Path, variables: Variables): string {
  try {
    return substitute(text, variables, () => {});
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const what = quote(error.template ?? error.message);
    const hint = "you may need to escape any $ with another $";
    throw new ComposeError(`invalid interpolation format for ${shown(path)}: ${what}; ${hint}`, { path });
  }
}

const INTEGERS = `configs.*.mode deploy.placement.max_replicas_per_node deploy.replicas
  deploy.restart_policy.max_attempts deploy.rollback_config.parallelism deploy.update_config.parallelism
  healthcheck.retries ports.*.published ports.*.target secrets.*.mode ulimits.* ulimits.*.hard ulimits.*.soft`;
const FLOATS = "deploy.rollback_config.max_failure_ratio deploy.update_config.max_failure_ratio";
const BOOLEANS = `healthcheck.disable privileged read_only stdin_open tty volumes.*.read_only volumes.*.volume.nocopy`;

type Cast = (text: string) => number | boolean;

const eachPath = (paths: string, cast: Cast): Readonly<Record<string, Cast>> =>
  Object.fromEntries(paths.split(/\s+/).map((path) => [path, cast]));

const ofServices = (casts: Readonly<Record<string, Cast>>): Readonly<Record<string, Cast>> =>
  Object.fromEntries(Object.entries(casts).map(([path, cast]) => [`services.*.${path}`, cast]));

const CASTS = new PathTable<Cast>({
  ...ofServices({
    ...eachPath(INTEGERS, atoi),
    ...eachPath(FLOATS, parseFloat64),
    ...eachPath(BOOLEANS, readBoolean),
  }),
  ...eachPath("networks.*.attachable networks.*.internal", readBoolean),
  ...eachPath("configs.*.external networks.*.external secrets.*.external volumes.*.external", readBoolean),
});
