/** brctl: make and unmake bridges. @see brctl(8) */
import { Errno, type NetlinkChange, netlink_get, netlink_set, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";

export const brctl: Applet = function* (io) {
  const [, command, bridge, port] = io.argv;
  if (command === undefined) return yield* showUsage(io);
  if (!["addbr", "delbr", "addif", "delif"].includes(command)) {
    return yield* io.die(`invalid argument '${command}' to 'brctl'`);
  }
  if (bridge === undefined) return yield* showUsage(io);
  if (command === "addbr") yield* ask(io, bridge, { kind: "link-add", name: bridge, type: "bridge" });
  else if (command === "delbr") yield* remove(io, bridge);
  else if (port === undefined) return yield* showUsage(io);
  else yield* changePort(io, bridge, port, command === "addif");
  return 0;
};

/** Only a bridge that is down goes. */
function* remove(io: Io, bridge: string): Routine<void> {
  const { links } = yield* netlink_get();
  const link = links.find(({ name }) => name === bridge);
  if (link === undefined) {
    // Who may not take bridges away does not hear whether there is one.
    const failure = yield* netlink_set({ kind: "link-del", name: bridge }).attempt();
    const isDenied = failure instanceof Errno && failure.code === "EPERM";
    return yield* io.pdie(`bridge ${bridge}`, isDenied ? failure : new Errno("ENXIO"));
  }
  if (link.kind !== "bridge") return yield* io.pdie(`bridge ${bridge}`, new Errno("EPERM"));
  if (link.up) return yield* io.pdie(`bridge ${bridge}`, new Errno("EBUSY"));
  yield* ask(io, bridge, { kind: "link-del", name: bridge });
}

function* changePort(io: Io, bridge: string, port: string, adds: boolean): Routine<void> {
  const { links } = yield* netlink_get();
  const link = links.find(({ name }) => name === port);
  if (link === undefined) return yield* io.pdie(`iface ${port}`, new Errno("ENODEV"));
  if (!links.some(({ name }) => name === bridge)) return yield* io.pdie(`bridge ${bridge}`, new Errno("ENODEV"));
  if (adds && link.master !== undefined) return yield* io.pdie(`bridge ${bridge}`, new Errno("EBUSY"));
  if (!adds && link.master !== bridge) return yield* io.pdie(`bridge ${bridge}`, new Errno("EINVAL"));
  yield* ask(io, bridge, { kind: "link-set", name: port, master: adds ? bridge : "" });
}

function* ask(io: Io, bridge: string, change: NetlinkChange): Routine<void> {
  const failure = yield* netlink_set(change).attempt();
  if (failure instanceof Errno) yield* io.pdie(`bridge ${bridge}`, failure);
}
