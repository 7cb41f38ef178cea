/** All built-ins by name. */
import type { Routine } from "../../../abi/index.ts";
import { type Builtin, regular, special } from "../builtin.ts";
import { alias, unalias } from "./alias.ts";
import { echo, printf, test } from "./applets.ts";
import { cd, pwd } from "./cd.ts";
import { command, hash, type } from "./command.ts";
import { breakBuiltin, continueBuiltin, dot, evalBuiltin, exec, exit, returnBuiltin } from "./flow.ts";
import { help } from "./help.ts";
import { history } from "./history.ts";
import { bg, fg, jobs, wait } from "./jobs.ts";
import { kill } from "./kill.ts";
import { times, ulimit, umask } from "./limits.ts";
import { read } from "./read.ts";
import { getopts, set, shift } from "./set.ts";
import { trap } from "./trap.ts";
import { exportBuiltin, letBuiltin, local, readonly, unset } from "./variables.ts";

const ends = (status: number) =>
  function* (): Routine<number> {
    return status;
  };

/** In the order in which `help` lists them. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  [".", dot],
  [":", special(ends(0))],
  ["[", test],
  ["[[", test],
  ["alias", alias],
  ["bg", bg],
  ["break", breakBuiltin],
  ["cd", cd],
  ["command", command],
  ["continue", continueBuiltin],
  ["echo", echo],
  ["eval", evalBuiltin],
  ["exec", exec],
  ["exit", exit],
  ["export", exportBuiltin],
  ["false", regular(ends(1))],
  ["fg", fg],
  ["getopts", getopts],
  ["hash", hash],
  ["help", help],
  ["history", history],
  ["jobs", jobs],
  ["kill", kill],
  ["let", letBuiltin],
  ["local", local],
  ["printf", printf],
  ["pwd", pwd],
  ["read", read],
  ["readonly", readonly],
  ["return", returnBuiltin],
  ["set", set],
  ["shift", shift],
  ["source", dot],
  ["test", test],
  ["times", times],
  ["trap", trap],
  ["true", regular(ends(0))],
  ["type", type],
  ["ulimit", ulimit],
  ["umask", umask],
  ["unalias", unalias],
  ["unset", unset],
  ["wait", wait],
]);
