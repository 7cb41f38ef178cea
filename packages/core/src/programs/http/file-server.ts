/** Files of a directory over HTTP: what Apache, nginx and Python's http.server have in common. */
import { close, Errno, open, type Routine, read, type Stat, stat } from "../../abi/index.ts";
import { basename, clean, ownValue } from "../../lib/index.ts";
import { attempt, httpDate } from "../../userland/index.ts";
import { type Fields, field } from "./message.ts";
import type { Answer, Incoming } from "./server.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  htm: "text/html",
  css: "text/css",
  js: "application/javascript",
  json: "application/json",
  txt: "text/plain",
  xml: "text/xml",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  ico: "image/x-icon",
  pdf: "application/pdf",
  wasm: "application/wasm",
};

/** The type that a file's name tells. */
export const contentType = (path: string, unknown: string): string =>
  ownValue(TYPES, /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "") ?? unknown;

/** What a request asks for, as a path below the document root; `undefined` for one that is malformed or leads out. */
export function pathOf(target: string): string | undefined {
  const [raw = ""] = target.replace(/^https?:\/\/[^/]*/, "").split(/[?#]/, 1);
  if (!raw.startsWith("/") || /%(?![0-9a-fA-F]{2})/.test(raw)) return undefined;
  const path = decodePercent(raw);
  return path.split("/").includes("..") && depthBelow(path) ? undefined : path;
}

function depthBelow(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export interface FoundFile {
  readonly kind: "file" | "directory" | "missing" | "forbidden";
  readonly path: string;
  readonly stat: Stat | undefined;
}

/** Looks for what a path below `root` leads to; directories by their index file. */
export function* findFile(root: string, path: string, indexes: readonly string[]): Routine<FoundFile> {
  const whole = clean(`${root}/${path}`);
  const found = yield* stat(whole).attempt();
  if (found instanceof Errno) {
    return { kind: found.code === "EACCES" ? "forbidden" : "missing", path: whole, stat: undefined };
  }
  if (found.type !== "dir") {
    return path.endsWith("/")
      ? { kind: "missing", path: whole, stat: undefined }
      : { kind: "file", path: whole, stat: found };
  }
  if (!path.endsWith("/")) return { kind: "directory", path: whole, stat: found };
  for (const name of indexes) {
    const index = yield* stat(`${whole}/${name}`).attempt();
    if (!(index instanceof Errno) && index.type === "file") {
      return { kind: "file", path: clean(`${whole}/${name}`), stat: index };
    }
  }
  return { kind: "directory", path: whole, stat: found };
}

const CHUNK = 65_536;

/** A file as an answer that is read while it is sent; `undefined` if it cannot be opened. */
export function* sendFile(
  request: Incoming,
  { path, stat: info }: FoundFile,
  own: Fields,
  unknownType: string,
): Routine<Answer | undefined> {
  const size = info?.size ?? 0;
  const modified = httpDate(info?.mtimeUs ?? 0);
  if (field(request.fields, "if-modified-since") === modified) {
    return { status: 304, fields: [...own, ["Last-Modified", modified]], body: new Uint8Array(0) };
  }
  const fd = yield* attempt(open(path));
  if (fd instanceof Errno) return undefined;
  const fields: Fields = [
    ...own,
    ["Content-Type", contentType(basename(path), unknownType)],
    ["Content-Length", String(size)],
    ["Last-Modified", modified],
  ];
  if (request.method === "HEAD") {
    yield* close(fd);
    return {
      status: 200,
      fields,
      *stream() {
        return undefined;
      },
    };
  }
  let left = size;
  return {
    status: 200,
    fields,
    *stream(): Routine<Uint8Array | undefined> {
      const bytes = left > 0 ? yield* attempt(read(fd, Math.min(left, CHUNK))) : undefined;
      if (bytes === undefined || bytes instanceof Errno || bytes.length === 0) {
        yield* close(fd);
        return undefined;
      }
      left -= bytes.length;
      return bytes;
    },
  };
}
