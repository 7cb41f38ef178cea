/** nproc: how many processors there are. @see nproc(1) */
import { close, Errno, getdents, open, type Routine, sched_getaffinity } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { integerOrDie } from "../../number.ts";

const CPU_DIRECTORY = "/sys/devices/system/cpu";

export const nproc: Applet = function* (io) {
  const options = yield* getopt(io, "", { ignore: "ignore:", all: "all" });
  const ignored = options.value("ignore");
  const ignore = ignored === undefined ? 0 : yield* integerOrDie(io, ignored, 0);
  const count = options.has("all") ? yield* installed() : (yield* sched_getaffinity()).length;
  yield* io.out.line(String(Math.max(1, count - ignore)));
  return 0;
};

function* installed(): Routine<number> {
  const fd = yield* attempt(open(CPU_DIRECTORY));
  if (fd instanceof Errno) return 0;
  let count = 0;
  for (let entries = yield* getdents(fd); entries.length > 0; entries = yield* getdents(fd)) {
    count += entries.filter(({ name }) => /cpu.*[0-9]$/.test(name)).length;
  }
  yield* close(fd);
  return count;
}
