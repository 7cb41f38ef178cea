/**
 * lsmod, insmod, rmmod, modprobe: modules of a kernel that has none and takes none.
 *
 * Unlike Linux's own kernels, this machine's was built without them: there is no /proc/modules, and its calls for
 * modules are not implemented for those who might make them.
 *
 * @see lsmod(8), init_module(2)
 */
import { CAP_SYS_MODULE, capget, Errno, open, type Routine, uname } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, readText } from "../../io.ts";
import { chdirOrDie } from "../../or-die.ts";

const MODULES = "/lib/modules";
/** What insmod says of ENOSYS, and its number. */
const UNSUPPORTED = { text: "kernel does not support requested operation", code: 38 } as const;
/** A file that cannot be opened ends insmod with the number of the error, taken from zero. */
const NO_FILE = 254;

export const lsmod: Applet = function* (io) {
  const modules = yield* attempt(readText("/proc/modules"));
  if (modules instanceof Errno) yield* io.perror("/proc/modules", modules);
  yield* io.out.line("Module                  Size  Used by    Not tainted");
  return 0;
};

export const insmod: Applet = function* (io) {
  const operands = io.argv.slice(1);
  const [file] = operands;
  if (file === undefined) return yield* showUsage(io);
  const opened = yield* attempt(open(file));
  if (opened instanceof Errno) {
    yield* io.warn(`can't insert '${file}': ${opened.message}`);
    return NO_FILE;
  }
  const mayInsert = yield* mayChange();
  yield* io.warn(`can't insert '${file}': ${mayInsert ? UNSUPPORTED.text : new Errno("EPERM").message}`);
  return mayInsert ? UNSUPPORTED.code : 1;
};

export const rmmod: Applet = function* (io) {
  const options = yield* getopt(io, "wfas");
  const [name] = options.operands;
  if (name === undefined && !options.has("a")) return yield* showUsage(io);
  const failure = new Errno((yield* mayChange()) ? "ENOSYS" : "EPERM");
  return yield* io.pdie(name === undefined ? "rmmod" : `can't unload module '${name}'`, failure);
};

export const modprobe: Applet = function* (io) {
  const { operands } = yield* getopt(io, "qrsvalDb");
  yield* chdirOrDie(io, MODULES);
  yield* chdirOrDie(io, (yield* uname()).release);
  if (operands.length === 0) return 0;
  const known = yield* attempt(readText("modules.dep"));
  if (known instanceof Errno) return yield* io.pdie("can't open 'modules.dep'", known);
  yield* io.warn(`module ${operands[0]} not found in modules.dep`);
  return 1;
};

function* mayChange(): Routine<boolean> {
  const { effective } = yield* capget();
  return effective.has(CAP_SYS_MODULE);
}
