/** uname, arch: what machine and kernel this is. @see uname(1p) */
import { uname as unameCall } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";

const LONG_OPTIONS = {
  all: "a",
  "kernel-name": "s",
  nodename: "n",
  "kernel-release": "r",
  release: "r",
  "kernel-version": "v",
  machine: "m",
  processor: "p",
  "hardware-platform": "i",
  "operating-system": "o",
};

export const uname: Applet = function* (io) {
  const options = yield* getopt(io, "snrvmpioa", LONG_OPTIONS);
  if (options.operands.length > 0) return yield* showUsage(io);
  const { sysname, nodename, release, version, machine } = yield* unameCall();
  const all = options.has("a");
  const unknown = all ? "" : "unknown";
  const fields: readonly (readonly [letter: string, value: string])[] = [
    ["s", sysname],
    ["n", nodename],
    ["r", release],
    ["v", version],
    ["m", machine],
    ["p", unknown],
    ["i", unknown],
    ["o", "GNU/Linux"],
  ];
  const isDefault = options.given.length === 0;
  const shown = fields.filter(([letter, value]) => {
    const wanted = all || options.has(letter) || (isDefault && letter === "s");
    return wanted && value !== "";
  });
  yield* io.out.line(shown.map(([, value]) => value).join(" "));
  return 0;
};

export const arch: Applet = function* (io) {
  yield* io.out.line((yield* unameCall()).machine);
  return 0;
};
