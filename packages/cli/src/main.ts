#!/usr/bin/env node
/** The executable `bottleship`: the arguments, the terminal and the exit code. */
import { main } from "./bottleship.ts";
import { endWithReaders } from "./terminal.ts";

endWithReaders(process);
process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  input: { stream: process.stdin, ...(process.stdout.isTTY && { window: process.stdout }) },
});
