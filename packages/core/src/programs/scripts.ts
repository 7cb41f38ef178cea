/**
 * Scripts: what an interpreter does for a file, told by the user.
 *
 * A script is known by the end of its path: "app.py" is any app.py, "src/app.py" one in a directory src, "/app/app.py"
 * that file alone; the longest that fits wins. "-c" and "-e" stand for code on the command line, "-m NAME" for a module.
 */
import type { Program } from "../abi/index.ts";

/** What users have told of their scripts. */
export class ScriptTable {
  readonly #programs = new Map<string, Program>();

  set(path: string, program: Program): void {
    this.#programs.set(path.replace(/^\.\//, ""), program);
  }

  /** What the file at `path` does; `undefined` if nobody has said. */
  find(path: string): Program | undefined {
    for (let tail = path.replace(/^\.\//, ""); ; tail = tail.slice(tail.indexOf("/") + 1)) {
      const program = this.#programs.get(tail);
      if (program !== undefined || !tail.includes("/")) return program;
    }
  }

  /** Every script, by its file. */
  own(): readonly (readonly [file: string, program: Program])[] {
    return [...this.#programs];
  }

  names(): readonly string[] {
    return [...this.#programs.keys()];
  }
}
