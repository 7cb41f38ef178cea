/**
 * How a Dockerfile was loaded, as the low-level build definition that answers to `check` carry along: operations as
 * protocol buffers, each named by its digest, and what is known of them besides.
 *
 * @see BuildKit frontend/dockerui/config.go ReadEntrypoint, client/llb/marshal.go, solver/pb/ops.proto
 */
import { base64, concat, protobufField, protobufInteger, sha256 } from "../../lib/index.ts";

/** Where it was loaded from. */
export type LoadedFrom =
  /** A directory of the client; `session` is the client's. */
  | { readonly kind: "local"; readonly fileName: string; readonly session: string; readonly name?: string }
  /** An archive on the client's standard input, which the builder unpacks. */
  | { readonly kind: "upload"; readonly url: string };

interface OpMetadata {
  readonly description?: Readonly<Record<string, string>>;
  readonly caps: Readonly<Record<string, true>>;
}

/** As BuildKit's JSON has it. */
export interface SourceDefinition {
  /** In base64. */
  readonly def: readonly string[];
  readonly metadata: Readonly<Record<string, OpMetadata>>;
  readonly Source: { readonly locations: Readonly<Record<string, object>> };
}

interface OpAbout {
  readonly bytes: Uint8Array;
  readonly caps: readonly string[];
  readonly title?: string;
}

const DEFAULT_NAME = "Dockerfile";
/** Fields of an operation. */
const OP = { inputs: 1, source: 3, file: 4, constraints: 11 } as const;
const NO_CONSTRAINTS = protobufField(OP.constraints, "");
/** Of a copy: the tree that it changes, and modes and times that stay as they are. */
const NONE = -1;

export function sourceDefinition(from: LoadedFrom): SourceDefinition {
  const ops = from.kind === "local" ? [localOp(from)] : uploadOps(from.url);
  const named = ops.map((op) => ({ ...op, digest: digestOf(op.bytes) }));
  const last = inputOf(named.at(-1)?.digest ?? "");
  const end = { bytes: last, digest: digestOf(last), caps: ["constraints", "meta.description", "platform"] };
  const metadata = [...named, end].map((op) => [op.digest, metadataOf(op)] as const);
  return {
    def: [...named, end].map(({ bytes }) => base64(bytes)),
    metadata: Object.fromEntries(metadata.sort(byName)),
    Source: { locations: Object.fromEntries(named.map(({ digest }) => [digest, {}] as const).sort(byName)) },
  };
}

function localOp({ fileName, session, name = "dockerfile" }: Extract<LoadedFrom, { kind: "local" }>): OpAbout {
  const followed = [fileName, `${fileName}.dockerignore`, ...(fileName === DEFAULT_NAME ? ["dockerfile"] : [])];
  const attributes = {
    "local.differ": "none",
    "local.followpaths": JSON.stringify(followed),
    "local.session": session,
    "local.sharedkeyhint": name,
  };
  const caps = ["", ".followpaths", ".sessionid", ".sharedkeyhint"].map((cap) => `source.local${cap}`);
  const title = `[internal] load build definition from ${fileName}`;
  return { bytes: sourceOp(`local://${name}`, attributes), caps, title };
}

function uploadOps(url: string): readonly OpAbout[] {
  const download = sourceOp(url, { "http.filename": "context" });
  const copy = concat([
    protobufField(1, "/context"),
    protobufField(2, "/"),
    protobufInteger(4, NONE),
    protobufInteger(7, 1),
    protobufInteger(11, NONE),
  ]);
  const action = protobufField(2, concat([protobufInteger(1, NONE), protobufField(4, copy)]));
  const file = protobufField(OP.file, action);
  return [
    { bytes: download, caps: ["source.http"], title: "[internal] load remote build context" },
    { bytes: concat([inputOf(digestOf(download)), NO_CONSTRAINTS, file]), caps: ["file.base"] },
  ];
}

function sourceOp(identifier: string, attributes: Readonly<Record<string, string>>): Uint8Array {
  const pairs = Object.entries(attributes).map(([name, value]) =>
    protobufField(2, concat([protobufField(1, name), protobufField(2, value)])),
  );
  return concat([NO_CONSTRAINTS, protobufField(OP.source, concat([protobufField(1, identifier), ...pairs]))]);
}

const inputOf = (digest: string): Uint8Array => protobufField(OP.inputs, protobufField(1, digest));
const digestOf = (bytes: Uint8Array): string => `sha256:${sha256(bytes)}`;
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function metadataOf({ caps, title }: OpAbout): OpMetadata {
  return {
    ...(title !== undefined && { description: { "llb.customname": title } }),
    caps: Object.fromEntries(caps.map((cap) => [cap, true] as const)),
  };
}
