/**
 * prctl(2): what a process can say of itself.
 *
 * @see prctl(2), capabilities(7), kernel/sys.c, security/commoncap.c:cap_task_prctl
 */
import {
  CAP_SETPCAP,
  CAPABILITY_NAMES,
  type Capability,
  CapabilitySet,
  Errno,
  type PrctlOption,
  SIGNAL_MAX,
} from "../../abi/index.ts";
import type { Process } from "../process.ts";

/** @throws EINVAL for a signal, a capability or a switch that there is not. @throws EPERM for what may not be had. */
export function prctl(
  process: Process,
  option: PrctlOption,
  argument: number | string | CapabilitySet,
): number | string {
  const { creds } = process;
  const number = typeof argument === "number" ? argument : 0;
  switch (option) {
    case "PR_SET_NAME":
      process.name = String(argument).slice(0, 15);
      return 0;
    case "PR_GET_NAME":
      return process.name;
    case "PR_SET_PDEATHSIG":
      if (!Number.isInteger(number) || number < 0 || number > SIGNAL_MAX) throw new Errno("EINVAL");
      process.parentDeathSignal = number;
      return 0;
    case "PR_SET_CHILD_SUBREAPER":
      process.subreaper = number !== 0;
      return 0;
    case "PR_SET_NO_NEW_PRIVS":
      if (number !== 1) throw new Errno("EINVAL");
      process.creds = creds.with({ noNewPrivs: true });
      return 0;
    case "PR_GET_NO_NEW_PRIVS":
      return creds.noNewPrivs ? 1 : 0;
    case "PR_SET_KEEPCAPS":
      if (number !== 0 && number !== 1) throw new Errno("EINVAL");
      process.creds = creds.with({ keepCaps: number === 1 });
      return 0;
    case "PR_CAPBSET_READ":
      return creds.bounding.has(checked(number)) ? 1 : 0;
    case "PR_CAPBSET_DROP": {
      if (!creds.capable(CAP_SETPCAP, creds.user)) throw new Errno("EPERM");
      const dropped = argument instanceof CapabilitySet ? argument : CapabilitySet.of(checked(number));
      process.creds = creds.with({ bounding: creds.bounding.minus(dropped) });
      return 0;
    }
    case "PR_CAP_AMBIENT_RAISE":
      checked(number);
      if (!creds.permitted.has(number) || !creds.inheritable.has(number)) throw new Errno("EPERM");
      process.creds = creds.with({ ambient: creds.ambient.with(number) });
      return 0;
    case "PR_CAP_AMBIENT_LOWER":
      process.creds = creds.with({ ambient: creds.ambient.without(checked(number)) });
      return 0;
    case "PR_CAP_AMBIENT_CLEAR_ALL":
      process.creds = creds.with({ ambient: CapabilitySet.EMPTY });
      return 0;
  }
}

function checked(capability: number): Capability {
  if (CAPABILITY_NAMES[capability] === undefined) throw new Errno("EINVAL");
  return capability;
}
