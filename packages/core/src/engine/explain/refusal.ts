/** Why a container could not be started: what Docker said, and what lies behind it. */
import type { Kernel } from "../../kernel/index.ts";
import { isAny } from "../../lib/index.ts";
import { DEFAULT_PATH } from "../../runtime/index.ts";
import { MountedSnapshot, type MountedTree, type Snapshotter } from "../../snapshot/index.ts";
import type { Container } from "../container/container.ts";
import type { RefusalCause } from "./cause.ts";
import type { Finding } from "./finding.ts";

export interface RefusalParts {
  readonly kernel: Kernel;
  readonly snapshotter: Snapshotter;
  readonly containers: () => readonly Container[];
}

/** @param container the one that was refused, if it still is there */
export function refusalFinding(
  { message, exitCode, timeUs }: RefusalCause,
  container: Container | undefined,
  parts: RefusalParts,
  when: (us: number) => string,
): Finding {
  const because =
    container === undefined
      ? []
      : [...fileReasons(message, container, parts), ...portReasons(message, container, parts)];
  return {
    kind: "refusal",
    text: `it could not be started at ${when(timeUs)}: ${message}`,
    timeUs,
    facts: { message, exitCode },
    ...(because.length === 0 ? {} : { because }),
  };
}

const NOT_FOUND = /exec: "([^"]*)": (executable file not found in \$PATH|stat [^:]*: no such file or directory)/;
const NO_INTERPRETER = /exec (\S+): no such file or directory/;
const NOT_ALLOWED = /exec:? "?([^":]*)"?: .*(permission denied|is a directory)/;
const FORMAT = /exec (\S+): exec format error/;

function* fileReasons(message: string, container: Container, { kernel, snapshotter }: RefusalParts): Iterable<Finding> {
  const match = [NOT_FOUND, NO_INTERPRETER, FORMAT, NOT_ALLOWED]
    .map((one) => one.exec(message))
    .find((one) => one !== null);
  const path = match?.[1];
  const finding = path === undefined ? undefined : executableFinding(path, container, { kernel, snapshotter });
  if (finding !== undefined) yield finding;
}

/** What is wrong with what a container was to execute. */
export function executableFinding(
  path: string,
  container: Container,
  { kernel, snapshotter }: Pick<RefusalParts, "kernel" | "snapshotter">,
): Finding | undefined {
  if (!snapshotter.has(container.id)) return undefined;
  const files = new MountedSnapshot(kernel, snapshotter, container.id);
  try {
    return fileReason(path, container, files);
  } finally {
    files.close();
  }
}

function fileReason(path: string, container: Container, files: MountedTree): Finding {
  if (!path.includes("/")) {
    const directories = pathOf(container).split(":");
    const text = `none of the directories in its PATH has it: ${directories.join(", ")}`;
    return { kind: "file", text, facts: { path, directories } };
  }
  const at = files.find(path.startsWith("/") ? path : `${container.config.WorkingDir ?? ""}/${path}`);
  if (at === undefined) return { kind: "file", text: `the image has no ${path}`, facts: { path } };
  const { mode } = at.inode.stat();
  if (at.inode.type === "dir") return { kind: "file", text: `${path} is a directory`, facts: { path } };
  if ((mode & 0o111) === 0) {
    const octal = (mode & 0o7777).toString(8).padStart(4, "0");
    return {
      kind: "file",
      text: `${path} is there, and nobody may execute it: its mode is ${octal}`,
      facts: { path, mode: octal },
    };
  }
  const [, interpreter] = /^#![ \t]*([^ \t\n]+)/.exec(files.readText(path)) ?? [];
  if (interpreter !== undefined && files.find(interpreter) === undefined) {
    // To Linux a carriage return is a letter like any other.
    const [by, ends] = interpreter.endsWith("\r")
      ? [JSON.stringify(interpreter), ": its lines end as on Windows, with \\r\\n"]
      : [interpreter, ""];
    const text = `${path} is there and wants to be run by ${by}, which the image does not have${ends}`;
    return { kind: "file", text, facts: { path, interpreter } };
  }
  return {
    kind: "file",
    text: `${path} is there, and is neither a program that is known here nor a script with #!`,
    facts: { path },
  };
}

function pathOf({ config }: Container): string {
  const found = (config.Env ?? []).find((line) => line.startsWith("PATH=")) ?? DEFAULT_PATH;
  return found.slice("PATH=".length);
}

const TAKEN_PORT = /(?:Bind for|host port for) (\S+?):(\d+)(?:[: ]|$)/;

/** Which container, or what else, has the port already. */
function* portReasons(message: string, container: Container, { containers }: RefusalParts): Iterable<Finding> {
  const [, address = "", text = ""] = TAKEN_PORT.exec(message) ?? [];
  const port = Number(text);
  if (text === "") return;
  const holder = containers().find(
    (one) =>
      one !== container &&
      one.sandbox?.ports.some(
        ({ hostPort, hostIp }) => hostPort === port && (hostIp === address || isAny(hostIp) || isAny(address)),
      ) === true,
  );
  if (holder === undefined)
    yield { kind: "port", text: `a process of the machine listens on port ${port}`, facts: { port } };
  else {
    const held = `the container ${holder.name} has published port ${port} of the machine`;
    yield { kind: "port", text: held, facts: { port, holder: holder.name } };
  }
}
