/** Rules on pulls: what the registry that images come from does on purpose. */
import { omit } from "../lib/index.ts";
import type { RegistryFault } from "../registry/index.ts";
import type { HeldFault, PullFault } from "./rule.ts";
import { durationOf, invalid, Trigger, type TriggerSource } from "./trigger.ts";

export interface RegistryFaultParts extends TriggerSource {
  /** Sets a rule at the registry; returns its removal. */
  readonly fail: (fault: RegistryFault) => () => void;
  readonly fired: (rule: PullFault, what: string, container: undefined) => void;
}

/** @throws StatusError invalid-argument */
export function addPullFault(fault: PullFault, parts: RegistryFaultParts): HeldFault {
  const { image, slow } = fault;
  const effect = omit(fault, "on", "image", "slow", "nth", "probability", "if", "times", "after", "lasts");
  if (!hasEffect(fault)) throw invalid("a pull is slow, dropped, cut, corrupted or answered with a status");
  const trigger = new Trigger<string>(fault, parts);
  const undo = parts.fail({
    ...effect,
    ...(image === undefined ? {} : { repository: repositoryPattern(image) }),
    ...(slow === undefined ? {} : { latencyUs: durationOf(slow) }),
    when: (request) => {
      if (!trigger.takes(request)) return false;
      parts.fired(fault, `${request} at the registry ${effectText(fault)}`, undefined);
      return true;
    },
  });
  return { undo, [Symbol.dispose]: undo };
}

function hasEffect({ slow, drop, corrupt, status, code, cutAfterBytes }: PullFault): boolean {
  return [slow, drop, corrupt, status, code, cutAfterBytes].some((effect) => effect !== undefined && effect !== false);
}

/** Docker Hub keeps images without a user's name below `library/`. */
function repositoryPattern(image: string): RegExp {
  const name = image.includes("/") ? image : `library/${image}`;
  return new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`);
}

function effectText({ status, code, drop, cutAfterBytes, corrupt, slow }: PullFault): string {
  if (drop === true) return "was dropped";
  if (status !== undefined || code !== undefined) return `failed with ${status ?? code}`;
  if (cutAfterBytes !== undefined) return `was cut after ${cutAfterBytes} bytes`;
  if (corrupt === true) return "was answered with wrong bytes";
  return `took ${slow ?? 0} longer`;
}
