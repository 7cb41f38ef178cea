/** linux32, linux64: run a program under another personality. @see setarch(8), personality(2) */
import { ADDR_NO_RANDOMIZE, Errno, PER_LINUX, PER_LINUX32, personality } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";

export const linux32: Applet = (io) => runAs(io, PER_LINUX32);
export const linux64: Applet = (io) => runAs(io, PER_LINUX);

function* runAs(io: Io, domain: number): ReturnType<Applet> {
  const options = yield* getopt(io, "+R");
  const persona = options.has("R") ? domain | ADDR_NO_RANDOMIZE : domain;
  const failure = yield* attempt(personality(persona));
  if (failure instanceof Errno) return yield* io.pdie(`personality(0x${persona.toString(16)})`, failure);
  return yield* execOrDie(io, options.operands.length > 0 ? options.operands : ["/bin/sh"]);
}
