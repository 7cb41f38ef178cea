/**
 * Stand-ins: executables of packages that nobody has written a program for. They say what they are and fail, unless the
 * engine was told that unknown programs succeed.
 */
import type { Program } from "../../abi/index.ts";
import { basename } from "../../lib/index.ts";
import { Io } from "../../userland/index.ts";

/** What becomes of programs that nobody has written. */
export interface UnknownPrograms {
  /** `fail`: exit code 1 and what to register. `succeed-and-warn`: a warning and 0. */
  readonly policy: "fail" | "succeed-and-warn";
  /** Told of each run that was pretended. */
  readonly onPretended?: (argv: readonly string[]) => void;
}

/** The program that stands in for all of them. */
export function makeStandIn({ policy, onPretended }: UnknownPrograms): Program {
  return function* (argv, env) {
    const name = basename(argv[0] ?? "");
    const io = new Io(name, argv, env);
    if (argv.length === 2 && /^(--?version|-V|--help|-h)$/.test(argv[1] ?? "")) {
      yield* io.out.line(`${name} (a stand-in of Bottleship)`);
      yield* io.out.flush();
      return 0;
    }
    if (policy === "succeed-and-warn") {
      onPretended?.(argv);
      yield* io.warn("there is no such program here: it is pretended to have succeeded");
      return 0;
    }
    yield* io.warn(
      `this is a stand-in: it does nothing. To say what it does:\n    engine.programs.register(${JSON.stringify(name)}, program);`,
    );
    return 1;
  };
}
