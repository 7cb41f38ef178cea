/** `docker top`, `port`, `diff`. @see docker/cli cli/command/container/top.go, port.go, diff.go */
import { parseUnsigned, problemOf } from "../../lib/go/index.ts";
import { topTable } from "../container/top.ts";
import type { RequestOf } from "../docker/request.ts";
import { alignColumns } from "../docker/table.ts";
import { portMap } from "../network/port-bindings.ts";
import type { Session } from "./session.ts";

export function printTop(session: Session, { container: name, psOptions }: RequestOf<"top">): number {
  const { containers, kernel } = session.engine;
  const container = containers.get(name);
  const { Titles, Processes } = topTable(container, kernel.nowUs, psOptions.join(" "));
  containers.note(container, "top");
  const rows = [Titles, ...Processes].map((cells) => `${cells.join("\t")}\n`);
  session.out(alignColumns(rows.join(""), { minimumWidth: 20 }));
  return 0;
}

export function printPorts(session: Session, { container: name, port }: RequestOf<"port">): number {
  const { sandbox } = session.engine.containers.get(name);
  const published = Object.entries(portMap(sandbox?.ports ?? [], [])).flatMap(([key, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => ({ key, text: `${bracketed(HostIp)}:${HostPort}` })),
  );
  if (port === undefined) {
    const lines = published.map(({ key, text }) => ({ number: Number.parseInt(key, 10), line: `${key} -> ${text}` }));
    session.lines(lines.sort((a, b) => a.number - b.number || (a.line < b.line ? -1 : 1)).map(({ line }) => line));
    return 0;
  }
  const [number = "", ...rest] = port.split("/");
  const protocol = rest.join("/") || "tcp";
  const problem = problemOf(() => parseUnsigned(number, { bits: 16 }));
  if (problem !== undefined) {
    session.err(`Error: invalid port (${number}): ${problem}\n`);
    return 1;
  }
  const wanted = `${Number(number)}/${protocol}`;
  const found = published.filter(({ key }) => key === wanted);
  if (found.length === 0) {
    session.err(`Error: No public port '${port}' published for ${name}\n`);
    return 1;
  }
  session.lines(found.map(({ text }) => text));
  return 0;
}

const bracketed = (address: string | undefined): string =>
  address?.includes(":") === true ? `[${address}]` : (address ?? "");

const CHANGE_LETTERS = { added: "A", changed: "C", deleted: "D" } as const;

/** `docker diff`: what a container has made of its image's files. */
export function printChanges(session: Session, { container }: RequestOf<"diff">): number {
  const { containers } = session.engine;
  for (const { kind, path } of containers.changes(containers.get(container)))
    session.lines([`${CHANGE_LETTERS[kind]} ${path}`]);
  return 0;
}
