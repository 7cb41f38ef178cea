/** The world's package indexes. What is added to them can be installed in every container of the engine. */
import { AlpineIndex } from "./alpine-index.ts";
import { DebianIndex } from "./debian-index.ts";
import { NodeIndex } from "./node-index.ts";
import { PythonIndex } from "./python-index.ts";

export class PackageIndexes {
  readonly python = new PythonIndex();
  readonly node = new NodeIndex();
  readonly debian = new DebianIndex();
  readonly alpine = new AlpineIndex();

  /** Paths of all programs that system packages bring. */
  *programs(): Iterable<string> {
    for (const { programs } of this.debian.all()) yield* programs;
    for (const { programs } of this.alpine.all()) yield* programs;
  }
}
