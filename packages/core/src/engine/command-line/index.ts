/**
 * Docker's command line, in the process: a line of text in, what a shell would see out.
 *
 * `docker/` parses and formats; here a request meets the engine. The real client is a program that talks HTTP; what it
 * says around the API's answers is said here in the same words.
 *
 * @see docker/cli cli/command
 */
export { type InputUse, inputUse } from "./input-use.ts";
export { runDocker } from "./run-docker.ts";
export type { CommandOptions, CommandResult } from "./session.ts";
export type { TerminalInput, TerminalOptions } from "./terminal.ts";
