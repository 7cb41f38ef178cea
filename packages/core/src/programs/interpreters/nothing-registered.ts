/** What an interpreter says of a file that nobody has said anything of. */
import type { Routine } from "../../abi/index.ts";
import type { Io } from "../../userland/index.ts";

/** Says what to register, so exactly that it can be copied. Evaluates to the exit code. */
export function* nothingRegistered(io: Io, script: string): Routine<number> {
  yield* io.out.flush();
  const subject = script === "-" ? "standard input" : `'${script}'`;
  yield* io.err.write(
    `${io.name}: nothing is registered for ${subject}: this interpreter is a stand-in and runs what you give it:\n` +
      `    engine.programs.script(${JSON.stringify(script)}, program);\n`,
  );
  return 1;
}
