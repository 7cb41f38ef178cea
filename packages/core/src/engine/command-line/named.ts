/** Commands that do the same to several objects: each is told by its name, failures do not stop the others. */
import { StatusError } from "../../lib/index.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

/** Does it to one object; a text that it returns is printed instead of the name, "" for none. */
export type NamedWork = (name: string) => Promise<unknown>;

export async function eachNamed(session: Session, names: readonly string[], work: NamedWork): Promise<number> {
  let exitCode = 0;
  for (const name of names) {
    try {
      const answer = await work(name);
      const text = typeof answer === "string" ? answer : name;
      if (text !== "") session.lines([text]);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      session.err(`${told(error)}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}
