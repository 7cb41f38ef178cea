/**
 * Matchers for containers. Each asks the engine, so each is awaited: `await expect(web).toBeRunning()`.
 *
 * @see https://vitest.dev/guide/extending-matchers
 */
import { type ContainerDocument, ContainerHandle, DockerError } from "@bottleship/core/engine";
import { expect } from "vitest";
import { listeningPorts } from "./listening-ports.ts";

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What a matcher found: whether it holds, and what is so instead. */
interface Finding {
  readonly holds: boolean;
  /** "to be running" */
  readonly wanted: string;
  /** "it has exited with 1" */
  readonly found: string;
}

const MATCHERS = {
  /** The container has a process, and is not paused. */
  toBeRunning: judge(async (web) => {
    const { State } = await web.inspect();
    return { holds: State.Status === "running", wanted: "to be running", found: stateText(State) };
  }),
  /** Its process has ended with this code. */
  toHaveExitedWith: judge(async (web, code: number) => {
    const { State } = await web.inspect();
    const holds = State.Status === "exited" && State.ExitCode === code;
    return { holds, wanted: `to have exited with ${code}`, found: stateText(State) };
  }),
  /** The container has written this, on standard output or error. */
  toHaveLogged: judge(async (web, wanted: string | RegExp) => {
    const { stdout, stderr } = await web.logs();
    const holds = [stdout, stderr].some((text) => contains(text, wanted));
    return { holds, wanted: `to have logged ${quoted(wanted)}`, found: `it has logged:\n${stdout}${stderr}` };
  }),
  /** Its health check says so. */
  toBeHealthy: judge(async (web) => {
    const { State } = await web.inspect();
    const status = State.Health?.Status;
    const found = status === undefined ? "it has no health check" : `its health is ${status}`;
    return { holds: status === "healthy", wanted: "to be healthy", found };
  }),
  /** A program in it accepts connections at this TCP port. It must have `cat`. */
  toListenOn: judge(async (web, port: number) => {
    const wanted = `to listen on ${port}`;
    const { State } = await web.inspect();
    if (!State.Running) return { holds: false, wanted, found: stateText(State) };
    const ports = await listeningPorts(web);
    const found = ports.length === 0 ? "it listens on no port" : `it listens on ${ports.join(", ")}`;
    return { holds: ports.includes(port), wanted, found };
  }),
  /** The container has this file, with this content if one is given. */
  toHaveFile: judge(async (web, path: string, content?: string | RegExp) => {
    const text = await contentOf(web, path);
    const wanted = `to have a file ${path}${content === undefined ? "" : ` with ${quoted(content)}`}`;
    if (text === undefined) return { holds: false, wanted, found: "there is none" };
    return { holds: content === undefined || matches(text, content), wanted, found: `it has:\n${text}` };
  }),
};

/** Teaches vitest's `expect` the matchers. */
export function addMatchers(): void {
  expect.extend(MATCHERS);
}

function judge<Args extends unknown[]>(find: (container: ContainerHandle, ...args: Args) => Promise<Finding>) {
  return async (subject: unknown, ...args: Args): Promise<Verdict> => {
    if (!(subject instanceof ContainerHandle)) {
      throw new TypeError("this matcher is for containers, as client.run and client.container give them");
    }
    const { holds, wanted, found } = await find(subject, ...args);
    const document = await subject.inspect();
    const not = holds ? "not " : "";
    return { pass: holds, message: () => `expected container ${nameOf(document)} ${not}${wanted}, but ${found}` };
  };
}

const nameOf = ({ Name }: ContainerDocument): string => Name.replace(/^\//, "");

function stateText({ Status, ExitCode, OOMKilled, Error: error }: ContainerDocument["State"]): string {
  if (Status !== "exited") return `it is ${Status}`;
  return `it has exited with ${ExitCode}${OOMKilled ? ", for it ran out of memory" : ""}${error === "" ? "" : ` (${error})`}`;
}

async function contentOf(web: ContainerHandle, path: string): Promise<string | undefined> {
  try {
    return await web.readFile(path);
  } catch (error) {
    if (error instanceof DockerError) return undefined;
    throw error;
  }
}

const contains = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
const matches = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === "string" ? text === wanted : wanted.test(text);
const quoted = (wanted: string | RegExp): string =>
  typeof wanted === "string" ? JSON.stringify(wanted) : String(wanted);

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: a declaration that is merged repeats the parameters and their defaults.
  interface Matchers<T = any> {
    toBeRunning(): Promise<void>;
    toHaveExitedWith(code: number): Promise<void>;
    toHaveLogged(wanted: string | RegExp): Promise<void>;
    toBeHealthy(): Promise<void>;
    toListenOn(port: number): Promise<void>;
    toHaveFile(path: string, content?: string | RegExp): Promise<void>;
  }
}
