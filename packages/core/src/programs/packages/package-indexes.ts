/**
 * The world's package indexes. What is added to them can be installed in every container of the engine. Each is made
 * when it is first wanted.
 */
import { AlpineIndex } from "./alpine-index.ts";
import { DebianIndex } from "./debian-index.ts";
import { NodeIndex } from "./node-index.ts";
import { PythonIndex } from "./python-index.ts";

export class PackageIndexes {
  readonly #onPrograms: (paths: readonly string[]) => void;
  #python: PythonIndex | undefined;
  #node: NodeIndex | undefined;
  #debian: DebianIndex | undefined;
  #alpine: AlpineIndex | undefined;

  /** `onPrograms` is told the programs of system packages that are added. */
  constructor(onPrograms: (paths: readonly string[]) => void = () => {}) {
    this.#onPrograms = onPrograms;
  }

  /** PyPI. */
  get python(): PythonIndex {
    this.#python ??= new PythonIndex();
    return this.#python;
  }

  /** The npm registry. */
  get node(): NodeIndex {
    this.#node ??= new NodeIndex();
    return this.#node;
  }

  /** Debian's and Ubuntu's archive. */
  get debian(): DebianIndex {
    this.#debian ??= new DebianIndex(this.#onPrograms);
    return this.#debian;
  }

  /** Alpine's repositories. */
  get alpine(): AlpineIndex {
    this.#alpine ??= new AlpineIndex(this.#onPrograms);
    return this.#alpine;
  }
}
