/** lsscsi: SCSI devices, of which /sys tells. @see lsscsi(8) */
import { Errno, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import { attempt, readText } from "../../io.ts";
import { chdirOrDie } from "../../or-die.ts";

const DEVICES = "/sys/bus/scsi/devices";
const TYPES = [
  ..."disk tape printer process worm".split(" "),
  undefined,
  ..."scanner optical mediumx comms".split(" "),
] as const;

export const lsscsi: Applet = function* (io) {
  yield* chdirOrDie(io, DEVICES);
  const names = yield* attempt(namesIn(DEVICES));
  if (names instanceof Errno) return yield* io.pdie(`can't open '${DEVICES}'`, names);
  for (const name of names.filter((one) => /^\d.*:/.test(one))) {
    const type = yield* attribute(name, "type");
    const shown = TYPES[Number(type)] ?? `(${type})`;
    const rest = [yield* attribute(name, "vendor"), yield* attribute(name, "model"), yield* attribute(name, "rev")];
    yield* io.out.line([`[${name}]`, shown, ...rest].join("\t"));
  }
  return 0;
};

function* attribute(device: string, name: string): Routine<string> {
  const text = yield* attempt(readText(`${DEVICES}/${device}/${name}`));
  return text instanceof Errno ? "" : text.trim();
}
