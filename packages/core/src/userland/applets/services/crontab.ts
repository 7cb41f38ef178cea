/** crontab: show, replace, edit or remove a user's list of jobs. @see crontab(1p) */
import {
  clone,
  close,
  Errno,
  getpid,
  getresuid,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  rename,
  unlink,
  wait4,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { execvp } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, Input, type Io, readFile, writeAll } from "../../io.ts";
import { chdirOrDie, openOrDie, readFileOrDie, writeOrDie } from "../../or-die.ts";
import { userById, userByName } from "../../passwd.ts";
import { requirePrivilege } from "../system/identity.ts";

export const CRONTABS = "/var/spool/cron/crontabs";
/** Tells crond whose list has changed. */
export const CRON_UPDATE = "cron.update";

export const crontab: Applet = function* (io) {
  yield* requirePrivilege(io);
  const options = yield* getopt(io, "u:c:lerd");
  const { real } = yield* getresuid();
  if (real !== 0 && (options.has("u") || options.has("c"))) return yield* io.die("you must be root");
  const asked = options.value("u");
  const name = asked === undefined ? (yield* userById(io, real))?.name : (yield* userByName(io, asked))?.name;
  if (name === undefined) return yield* io.die(asked === undefined ? `unknown uid ${real}` : `unknown user ${asked}`);
  const [file, ...others] = options.operands;
  const action = { list: options.has("l"), edit: options.has("e"), remove: options.has("r") || options.has("d") };
  const actions = Object.values(action).filter(Boolean).length;
  if (others.length > 0 || actions > 1 || (actions === 0 && file === undefined)) return yield* showUsage(io);
  const source = actions > 0 || file === undefined || file === "-" ? 0 : yield* openOrDie(io, file, O_RDONLY);
  const directory = options.value("c") ?? CRONTABS;
  yield* chdirOrDie(io, directory);
  if (action.list) return yield* list(io, name);
  if (action.remove) yield* attempt(unlink(name));
  else if (action.edit) yield* edit(io, directory, name);
  else yield* replace(io, directory, name, source);
  const update = yield* attempt(open(CRON_UPDATE, O_WRONLY | O_CREAT | O_APPEND, 0o600));
  if (update instanceof Errno) yield* io.warn(`can't append to ${directory}/${CRON_UPDATE}`);
  else yield* writeAll(update, encode(`${name}\n`));
  return 0;
};

function* list(io: Io, name: string): Routine<number> {
  yield* writeOrDie(io, 1, yield* readFileOrDie(io, name));
  return 0;
}

function* replace(io: Io, directory: string, name: string, source: number): Routine<void> {
  const made = `${name}.new`;
  const fd = yield* attempt(open(made, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600));
  if (fd instanceof Errno) return yield* io.warn(`can't create ${directory}/${made}`);
  const text = yield* attempt(new Input(source).rest());
  if (!(text instanceof Errno)) yield* writeOrDie(io, fd, text);
  yield* close(fd);
  const failure = yield* attempt(rename(made, name));
  if (failure instanceof Errno) yield* io.pdie(`can't move '${made}' to '${name}'`, failure);
}

/** A copy is given to the user's editor. */
function* edit(io: Io, directory: string, name: string): Routine<void> {
  const copy = `${directory}.${yield* getpid()}`;
  const old = yield* attempt(readFile(name));
  const fd = yield* openOrDie(io, copy, O_WRONLY | O_CREAT | O_TRUNC, 0o600);
  if (!(old instanceof Errno)) yield* writeOrDie(io, fd, old);
  yield* close(fd);
  yield* wait4(yield* clone(editor, { io, copy }));
  const changed = yield* openOrDie(io, copy, O_RDONLY);
  yield* replace(io, directory, name, changed);
  yield* attempt(unlink(copy));
}

function* editor({ io, copy }: { readonly io: Io; readonly copy: string }): Routine<number> {
  const program = io.env.get("VISUAL") ?? io.env.get("EDITOR") ?? "vi";
  const failure = yield* execvp([program, copy], io.env);
  yield* io.perror(`can't execute '${program}'`, failure);
  return 1;
}
