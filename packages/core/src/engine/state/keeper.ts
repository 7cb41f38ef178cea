/**
 * Keeps the state of an engine: it is written after something has happened, as soon as the code that made it happen lets
 * go of the computer, and at the latest before a client gets an answer.
 */
import type { EventLog } from "../events.ts";
import type { MachineRecords } from "../machine/machine-snapshot.ts";
import type { StateStore } from "./state-store.ts";

interface KeeperParts {
  readonly store: StateStore;
  readonly events: EventLog;
  /** Lets other code go on. */
  readonly breathe: () => Promise<void>;
  /** Differs if anything can have happened on the machine. */
  readonly moment: () => string;
  readonly records: () => MachineRecords;
}

export class StateKeeper {
  readonly #parts: KeeperParts;
  #savedAt = "";
  #recorded = 0;
  #isDue = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    parts.events.on("event", () => {
      this.#recorded++;
      this.#saveSoon();
    });
  }

  /** Writes the state if it can have changed. @throws what the disk throws */
  flush(): void {
    const moment = `${this.#recorded} ${this.#parts.moment()}`;
    if (moment === this.#savedAt) return;
    this.save();
    this.#savedAt = moment;
  }

  /** Writes what has changed, if anything. @throws what the disk throws */
  save(): void {
    this.#parts.store.save(this.#parts.records());
  }

  #saveSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    void this.#parts.breathe().then(() => {
      this.#isDue = false;
      try {
        this.flush();
      } catch {
        // Not saved: the next `flush` rejects with the reason.
      }
    });
  }
}
