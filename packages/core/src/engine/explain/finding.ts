/**
 * What an explanation is: findings, each with what brought it about, down to where the chain is known to begin.
 *
 * As data it is plain and survives JSON; as text it is a tree, a sentence a line.
 */
import { INSPECT } from "../../lib/index.ts";

/** What a finding is about. */
export type FindingKind =
  | "state"
  | "death"
  | "signal"
  | "request"
  | "out-of-memory"
  | "program"
  | "restart"
  | "health"
  | "probe"
  | "throttling"
  | "limit"
  | "refusal"
  | "file"
  | "name"
  | "route"
  | "port"
  | "reached"
  | "cache"
  | "fault"
  | "forgotten";

/** Numbers and texts that a program can ask for; times and durations are microseconds, amounts bytes. */
export type Facts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A sentence, with those that it follows from. */
export interface Finding {
  readonly kind: FindingKind;
  /** One sentence, without a full stop. */
  readonly text: string;
  /** When, in microseconds since 1970; not given for what is so now. */
  readonly timeUs?: number;
  readonly facts?: Facts;
  /** What brought it about. */
  readonly because?: readonly Finding[];
}

/** What `engine.explain` answers: data, which prints as text. */
export class Explanation {
  /** Whom or what it is about. */
  readonly subject: string;
  readonly findings: readonly Finding[];

  constructor(subject: string, findings: readonly Finding[]) {
    this.subject = subject;
    this.findings = findings;
  }

  /** Every finding of the kind, wherever it stands. */
  all(kind: FindingKind): readonly Finding[] {
    const found: Finding[] = [];
    const look = (findings: readonly Finding[]): void => {
      for (const finding of findings) {
        if (finding.kind === kind) found.push(finding);
        look(finding.because ?? []);
      }
    };
    look(this.findings);
    return found;
  }

  toJSON(): { readonly subject: string; readonly findings: readonly Finding[] } {
    return { subject: this.subject, findings: this.findings };
  }

  /** A line for each finding; what brought it about stands below it, further in. */
  toString(): string {
    const lines = [`${this.subject}:`];
    const draw = (findings: readonly Finding[], indent: string, word: string): void => {
      for (const { text, because } of findings) {
        lines.push(`${indent}${word}${text}`);
        draw(because ?? [], `${indent}  `, "because ");
      }
    };
    draw(this.findings, "  ", "");
    return `${lines.join("\n")}\n`;
  }

  [INSPECT](): string {
    return this.toString().trimEnd();
  }
}
