/** What rules of `engine.faults` take hold of: the parts of an engine, as the faults' floor sees them. */
import type { ContainerRef, FaultTargets, NetworkFault, StartedContainer } from "../../faults/index.ts";
import { omit, StatusError } from "../../lib/index.ts";
import { microsecondsOf } from "../../sim/index.ts";
import type { Container } from "../container/container.ts";
import type { Engine } from "../engine.ts";

/** How long a daemon is away unless a rule says otherwise. */
const DOWN_FOR = "1s";

/** The daemon's absence is no reason for time to move. */
const FOLLOWS = { follows: true } as const;

export function faultTargets(engine: Engine): FaultTargets {
  const { world, kernel, calls, containers, daemon, hub, links } = engine;
  return {
    world,
    kernel,
    calls,
    find: (reference, exactly) => (exactly ? containers.peek(reference) : find(engine, reference)),
    containerIn: (cgroup) => containers.inCgroup(cgroup),
    running: () => containers.list().flatMap((container) => startedContainer(container) ?? []),
    failRegistry: (fault) => hub.fail(fault),
    changeLinks: (fault: NetworkFault) => {
      const { container, network, between } = fault;
      const selection = {
        ...(container === undefined ? {} : { container }),
        ...(network === undefined ? {} : { network }),
        ...(between === undefined ? {} : { between }),
      };
      const held = links.change(selection, omit(fault, "on", "after", "lasts", "container", "network", "between"));
      return () => held.end();
    },
    disturbDaemon: async ({ effect, down = DOWN_FOR, liveRestore }) => {
      if (effect === "crash") daemon.crash();
      // A world that goes on lets others act only when a wait ends: here, the moment that the rule is for.
      else await Promise.all([daemon.stop(), world.sleep(0, FOLLOWS)]);
      await world.sleep(microsecondsOf(down), FOLLOWS);
      await daemon.start(liveRestore === undefined ? {} : { liveRestore });
    },
  };
}

/** Tells the faults of programs that begin. */
export function tellOfStarts({ containers, events, faults }: Engine): void {
  events.on("event", ({ type, action, id }) => {
    if (type !== "container" || action !== "start" || !faults.concernsStarts) return;
    const started = startedContainer(containers.get(id));
    if (started !== undefined) faults.started(started);
  });
}

function startedContainer(container: Container): StartedContainer | undefined {
  const { id, name, imageName, oci } = container;
  return oci === undefined ? undefined : { id, name, imageName, process: oci.process };
}

function find({ containers }: Engine, reference: string): ContainerRef | undefined {
  try {
    return containers.get(reference);
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}
