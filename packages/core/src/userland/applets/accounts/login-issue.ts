/** What stands above a login prompt: /etc/issue, in which backslashes and per cent signs name things. @see issue(5) */
import { clock_gettime, Errno, type Routine, type Uname, uname } from "../../../abi/index.ts";
import { civilOf, strftime, zoneOf } from "../../dates.ts";
import { attempt, type Io, readText } from "../../io.ts";

const FIELDS: Readonly<Record<string, keyof Uname>> = {
  s: "sysname",
  S: "sysname",
  n: "nodename",
  h: "nodename",
  r: "release",
  v: "version",
  m: "machine",
  D: "domainname",
  o: "domainname",
  O: "domainname",
};

/** Shows the file, if there is one. */
export function* printIssue(io: Io, path: string, terminal: string): Routine<void> {
  const text = yield* attempt(readText(path));
  if (!(text instanceof Errno)) {
    const names = yield* uname();
    const now = civilOf(yield* clock_gettime(), zoneOf(io.env.get("TZ")));
    const shown = text.replace(/[\\%](.)|\n/gs, (all, letter: string | undefined) => {
      if (letter === undefined) return "\n\r";
      if (letter === "l") return terminal;
      if (letter === "d") return strftime("%A, %d %B %Y", now);
      if (letter === "t") return strftime("%H:%M:%S", now);
      const field = FIELDS[letter];
      return field === undefined ? all.slice(1) : names[field];
    });
    yield* io.out.write(shown);
  }
  yield* io.out.flush();
}

/** "box login: " */
export function* printPrompt(io: Io): Routine<void> {
  yield* io.out.write(`${(yield* uname()).nodename} login: `);
  yield* io.out.flush();
}
