/** What the client of a classic build is told. Of a quiet build it is told everything only when something goes wrong. */

import type { Image } from "../../image/index.ts";
import { familiarText, parseReference, withDefaultTag } from "../../oci/index.ts";

/** A line, or a piece of what a command writes; or the id of an image. */
export type ClassicMessage = { readonly stream: string } | { readonly aux: { readonly ID: string } };

export type ClassicListener = (message: ClassicMessage) => void | Promise<void>;

export class Report {
  readonly #tell: ClassicListener;
  readonly #isQuiet: boolean;
  readonly #kept: string[] = [];

  constructor(tell: ClassicListener, isQuiet: boolean) {
    this.#tell = tell;
    this.#isQuiet = isQuiet;
  }

  /** A line about the progress of the build. */
  note(line: string): void {
    if (line === "") return;
    if (this.#isQuiet) this.#kept.push(line);
    else void this.#tell({ stream: line });
  }

  /** What a stage has come to. */
  noteImage({ id }: Image): void {
    if (!this.#isQuiet) void this.#tell({ aux: { ID: id } });
  }

  async tellKept(): Promise<void> {
    for (const line of this.#kept) await this.#tell({ stream: line });
  }

  async end({ id }: Image, tags: readonly string[]): Promise<void> {
    if (this.#isQuiet) return this.#say(`${id}\n`);
    await this.#say(`Successfully built ${id.slice("sha256:".length, "sha256:".length + 12)}\n`);
    for (const tag of tags) {
      await this.#say(`Successfully tagged ${familiarText(withDefaultTag(parseReference(tag)))}\n`);
    }
  }

  async #say(line: string): Promise<void> {
    await this.#tell({ stream: line });
  }
}
