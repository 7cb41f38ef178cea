/**
 * The containers of a classic build that stay: of every step with `--rm=false`, else of the command that has failed.
 *
 * The build has done the steps without them; they are made when it is over, with what the steps have left.
 *
 * @see moby builder/dockerfile/containerbackend.go, internals.go
 */
import type { LayerEntry } from "../../content/index.ts";
import { type Image, topSnapshot } from "../../image/index.ts";
import type { Chunks } from "../../lib/index.ts";
import type { Engine } from "../engine.ts";
import type { ClassicStep } from "./steps.ts";

export interface StepContainer {
  readonly id: string;
  /** The number of its step, from 0. */
  readonly at: number;
  readonly step: ClassicStep;
  /** When its command ran; nothing for a step that only notes something. */
  readonly ran?: { readonly startedUs: number; readonly finishedUs: number };
}

export interface KeptContainers {
  readonly containers: readonly StepContainer[];
  /** What each step has made. */
  readonly images: readonly (Image | undefined)[];
  readonly networkMode: string;
  /** How the last of them has ended, if its command failed. */
  readonly failure?: {
    readonly exitCode: number;
    /** Why it was not started. */
    readonly error?: string;
    /** What the command had changed. */
    readonly changes: readonly LayerEntry<Chunks>[];
  };
}

export function keepContainers(engine: Engine, kept: KeptContainers): void {
  for (const one of kept.containers) {
    const made = kept.images[one.at];
    const parent = kept.images.slice(0, one.at).findLast((image) => image !== undefined);
    // A step without a parent image ran in no container.
    if (parent !== undefined) keep(engine, kept, { ...one, parent, made });
  }
}

interface Kept extends StepContainer {
  readonly parent: Image;
  readonly made: Image | undefined;
}

function keep(engine: Engine, { networkMode, failure }: KeptContainers, one: Kept): void {
  const { id, step, parent, made, ran } = one;
  const failed = made === undefined ? failure : undefined;
  const layer = made !== undefined && made.chain.length > parent.chain.length ? topSnapshot(made) : undefined;
  engine.containers.createPast(
    {
      // What a step notes, its container says already.
      ...(step.kind === "RUN" ? { Healthcheck: { Test: ["NONE"] }, Entrypoint: [""] } : made?.config.config),
      Image: parent.id,
      Cmd: commandOf(step, parent, made),
      HostConfig: { LogConfig: { Type: "none", Config: {} }, NetworkMode: networkMode || "default" },
    },
    {
      id,
      changes: failed?.changes ?? layer ?? [],
      exitCode: failed?.exitCode ?? 0,
      error: failed?.error,
      ran: failed?.error === undefined ? ran : undefined,
    },
  );
}

const NOTHING = " #(nop) ";

/** What only notes something is a comment for the shell: the words of the image's history. */
function commandOf({ instruction }: ClassicStep, parent: Image, made: Image | undefined): readonly string[] {
  const shell = parent.config.config.Shell ?? ["/bin/sh", "-c"];
  if (instruction.kind === "RUN") {
    const { command } = instruction;
    return command.form === "exec" ? command.argv : [...shell, command.command];
  }
  const told = made?.config.history.at(-1)?.created_by ?? "";
  const words = told.slice(told.indexOf(NOTHING) + NOTHING.length);
  const comment = words.startsWith(" ") ? [NOTHING.trimStart(), words.slice(1)] : [NOTHING.trimStart() + words];
  return [...shell, ...comment];
}
