/**
 * Where a program was found, for processes that execute it again and again by the same path.
 *
 * The path is walked anew once anything on the way has changed, or the credentials are others. The file itself does not
 * matter: its contents are read each time.
 */
import type { Env } from "../../abi/index.ts";
import { find, type Location, staysOnRoot } from "../../vfs/index.ts";
import type { Credentials } from "../credentials.ts";
import type { Process } from "../process.ts";
import type { SteadyRoot } from "./steady-root.ts";

export class KnownProgram {
  readonly #path: string;
  readonly #found: Location;
  readonly #root: SteadyRoot;
  readonly #creds: Credentials;
  #argv: readonly string[] | undefined;
  #env: Env | undefined;

  /** `undefined` if it is not there, or does not lie on the mount of the root, which is as it was. */
  static find(process: Process, path: string, root: SteadyRoot): KnownProgram | undefined {
    if (!root.is(process.root) || !staysOnRoot(process, path)) return undefined;
    const found = find(process, path, { follow: true });
    return found === undefined ? undefined : new KnownProgram(path, found, root, process.creds);
  }

  private constructor(path: string, found: Location, root: SteadyRoot, creds: Credentials) {
    this.#path = path;
    this.#found = found;
    this.#root = root;
    this.#creds = creds;
  }

  /** What a walk along `path` would come to; `undefined` if that is not known. */
  for({ root, creds }: Process, path: string): Location | undefined {
    if (path !== this.#path || creds !== this.#creds || !this.#root.is(root)) return undefined;
    return this.#found;
  }

  /** Notes arguments and environment that were not too long, so that they need not be measured again. */
  wasGiven(argv: readonly string[], env: Env): void {
    this.#argv = argv;
    this.#env = env;
  }

  /** True if these are the ones that were noted as not too long. */
  takes(argv: readonly string[], env: Env): boolean {
    return argv === this.#argv && env === this.#env;
  }
}
