/** swapon, swapoff: swap space, which containers cannot change. @see swapon(8), swapon(2) */
import { CAP_SYS_ADMIN, capget, Errno, type Routine, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { mountEntries } from "./mount-table.ts";

const FSTAB = "/etc/fstab";

export const swapon: Applet = function* (io) {
  const options = yield* getopt(io, "ad::e");
  return yield* forEachDevice(io, options, function* (device) {
    const found = yield* attempt(stat(device));
    if (!(found instanceof Errno)) return yield* refusal();
    return options.has("e") && found.code === "ENOENT" ? undefined : found;
  });
};

export const swapoff: Applet = function* (io) {
  const options = yield* getopt(io, "a");
  return yield* forEachDevice(io, options, function* (device) {
    const denied = yield* refusal();
    if (denied.code === "EPERM") return denied;
    const found = yield* attempt(stat(device));
    return found instanceof Errno ? found : denied;
  });
};

/** Devices of fstab with `-a`, else those named. Returns how many failed. */
function* forEachDevice(
  io: Io,
  options: Options,
  act: (device: string) => Routine<Errno | undefined>,
): Routine<number> {
  if (!options.has("a") && options.operands.length === 0) return yield* showUsage(io);
  let devices = options.operands;
  if (options.has("a")) {
    const entries = yield* mountEntries(FSTAB);
    if (entries instanceof Errno) return yield* io.pdie(`can't open '${FSTAB}'`, entries);
    devices = entries.flatMap(({ type, source }) => (type === "swap" ? [source] : []));
  }
  let failures = 0;
  for (const device of devices) {
    const error = yield* act(device);
    if (error === undefined) continue;
    yield* io.perror(device, error);
    failures++;
  }
  return failures;
}

/** No file here is a swap area. */
function* refusal(): Routine<Errno> {
  const { effective } = yield* capget();
  return new Errno(effective.has(CAP_SYS_ADMIN) ? "EINVAL" : "EPERM");
}
