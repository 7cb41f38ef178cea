/** gosu and su-exec: run a command as another user, in the same process. @see https://github.com/tianon/gosu */
import { type Program, setgroups, setresgid, setresuid } from "../../abi/index.ts";
import { quote } from "../../lib/go/index.ts";
import { basename } from "../../lib/index.ts";
import { execvp, groupByName, Io, userById, userByName } from "../../userland/index.ts";

export const gosu: Program = function* (argv, env) {
  const io = new Io(basename(argv[0] ?? "gosu"), argv, env);
  const [spec, ...command] = argv.slice(1);
  if (spec === undefined || command.length === 0) {
    yield* io.err.write(`Usage: ${io.name} user-spec command [args]\n`);
    return 1;
  }
  const [userName = "", groupName] = spec.split(":");
  const user = /^\d+$/.test(userName) ? yield* userById(io, Number(userName)) : yield* userByName(io, userName);
  if (user === undefined && !/^\d+$/.test(userName)) {
    yield* io.err.write(
      `error: failed switching to "${spec}": unable to find user ${userName}: no matching entries in passwd file\n`,
    );
    return 1;
  }
  const group = groupName === undefined ? undefined : yield* groupByName(io, groupName);
  const gid = group?.gid ?? (groupName !== undefined && /^\d+$/.test(groupName) ? Number(groupName) : (user?.gid ?? 0));
  yield* setgroups([gid]);
  yield* setresgid(gid);
  yield* setresuid(user?.uid ?? Number(userName));
  const home = user?.home ?? "/";
  const error = yield* execvp(command, new Map(env).set("HOME", home));
  yield* io.err.write(
    `error: exec: ${quote(command[0] ?? "")}: ${error.code === "ENOENT" ? "executable file not found in $PATH" : error.message.toLowerCase()}\n`,
  );
  return error.code === "ENOENT" ? 127 : 126;
};
