/** Mounted overlays by their upper directories: mounting one again shows the same file system. */
import { OverlayFs } from "../../fs/index.ts";
import type { Inode } from "../../vfs/index.ts";

/** One that is made when somebody asks for it. */
export interface UnseenOverlay {
  readonly overlay: OverlayFs;
}

export class ActiveOverlays {
  readonly #byUpper = new Map<Inode, OverlayFs | UnseenOverlay>();

  has(upper: Inode): boolean {
    return this.#byUpper.has(upper);
  }

  get(upper: Inode): OverlayFs | undefined {
    const found = this.#byUpper.get(upper);
    return found instanceof OverlayFs ? found : found?.overlay;
  }

  set(upper: Inode, overlay: OverlayFs | UnseenOverlay): void {
    this.#byUpper.set(upper, overlay);
  }

  /** It is no longer mounted; by now another one may be. */
  delete(upper: Inode, overlay: OverlayFs | UnseenOverlay): void {
    if (this.#byUpper.get(upper) === overlay) this.#byUpper.delete(upper);
  }
}
