/** docker's command line in tests. */
import { expect } from "vitest";
import type { Engine } from "../engine/index.ts";

/** What it prints; it is to succeed, and to complain of nothing. */
export async function run(engine: Engine, command: string | readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await engine.docker(command);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return stdout;
}
