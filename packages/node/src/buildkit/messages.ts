/**
 * The messages that docker's client and BuildKit exchange, as far as they are understood here.
 *
 * Fields have the names and numbers of BuildKit's own definitions; what is left out is skipped by whoever reads.
 *
 * @see BuildKit api/services/control, frontend/gateway/pb, session/filesync, session/secrets; fsutil types/wire.proto
 */
import protobuf from "protobufjs";

const DEFINITIONS = `
syntax = "proto3";
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Any { string type_url = 1; bytes value = 2; }
message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
message Empty {}
message BytesMessage { bytes data = 1; }

message Platform { string Architecture = 1; string OS = 2; string Variant = 3; }
message BuildkitVersion { string package = 1; string version = 2; string revision = 3; }
message WorkerRecord {
  string ID = 1; map<string, string> Labels = 2; repeated Platform platforms = 3; BuildkitVersion BuildkitVersion = 5;
}
message ListWorkersResponse { repeated WorkerRecord record = 1; }
message InfoResponse { BuildkitVersion buildkitVersion = 1; }

message Exporter { string Type = 1; map<string, string> Attrs = 2; }
message CacheEntry { string Type = 1; map<string, string> Attrs = 2; }
message CacheOptions { repeated CacheEntry Exports = 4; repeated CacheEntry Imports = 5; }
message ControlSolveRequest {
  string Ref = 1;
  string ExporterDeprecated = 3;
  map<string, string> ExporterAttrsDeprecated = 4;
  string Session = 5;
  string Frontend = 6;
  map<string, string> FrontendAttrs = 7;
  CacheOptions Cache = 8;
  repeated string Entitlements = 9;
  bool Internal = 11;
  repeated Exporter Exporters = 13;
}
message ControlSolveResponse { map<string, string> ExporterResponse = 1; }

message StatusRequest { string Ref = 1; }
message Vertex {
  string digest = 1; repeated string inputs = 2; string name = 3; bool cached = 4;
  Timestamp started = 5; Timestamp completed = 6; string error = 7;
}
message VertexStatus {
  string ID = 1; string vertex = 2; string name = 3; int64 current = 4; int64 total = 5;
  Timestamp timestamp = 6; Timestamp started = 7; Timestamp completed = 8;
}
message VertexLog { string vertex = 1; Timestamp timestamp = 2; int64 stream = 3; bytes msg = 4; }
message Position { int32 line = 1; int32 character = 2; }
message Range { Position start = 1; Position end = 2; }
message SourceInfo { string filename = 1; bytes data = 2; string language = 4; }
message VertexWarning {
  string vertex = 1; int64 level = 2; bytes short = 3; repeated bytes detail = 4; string url = 5;
  SourceInfo info = 6; repeated Range ranges = 7;
}
message StatusResponse {
  repeated Vertex vertexes = 1; repeated VertexStatus statuses = 2; repeated VertexLog logs = 3;
  repeated VertexWarning warnings = 4;
}

message APICap { string ID = 1; bool Enabled = 2; }
message PongResponse {
  repeated APICap FrontendAPICaps = 1; repeated APICap LLBCaps = 2; repeated WorkerRecord Workers = 3;
}
message OpMetadata {}
message Definition { repeated bytes def = 1; map<string, OpMetadata> metadata = 2; }
message Input { string digest = 1; int64 index = 2; }
message SourceOp { string identifier = 1; }
message Op { repeated Input inputs = 1; SourceOp source = 3; }
message Ref { string id = 1; Definition def = 2; }
message RefMap { map<string, Ref> refs = 1; }
message Result { Ref ref = 3; RefMap refs = 4; map<string, bytes> metadata = 10; }
message GatewaySolveRequest {
  bytes Definition = 1; string Frontend = 2; map<string, string> FrontendOpt = 3;
  map<string, Definition> FrontendInputs = 13; bool Evaluate = 14;
}
message GatewaySolveResponse { Result result = 3; }
message ReturnRequest { Result result = 1; Status error = 2; }

message Stat {
  string path = 1; uint32 mode = 2; uint32 uid = 3; uint32 gid = 4; int64 size = 5; int64 modTime = 6;
  string linkname = 7; int64 devmajor = 8; int64 devminor = 9; map<string, bytes> xattrs = 10;
}
message Packet { int32 type = 1; Stat stat = 2; uint32 ID = 3; bytes data = 4; }

message PruneRequest {
  repeated string filter = 1; bool all = 2; int64 keepDuration = 3; int64 reservedSpace = 4; int64 maxUsedSpace = 5;
}
message DiskUsageRequest { repeated string filter = 1; }
message UsageRecord {
  string ID = 1; bool Mutable = 2; bool InUse = 3; int64 Size = 4; Timestamp CreatedAt = 6; Timestamp LastUsedAt = 7;
  int64 UsageCount = 8; string Description = 9; string RecordType = 10; bool Shared = 11; repeated string Parents = 12;
}
message DiskUsageResponse { repeated UsageRecord record = 1; }

message Descriptor { string media_type = 1; string digest = 2; int64 size = 3; map<string, string> annotations = 5; }
message BuildResultInfo {
  Descriptor ResultDeprecated = 1; repeated Descriptor Attestations = 2; map<int64, Descriptor> Results = 3;
}
message BuildHistoryRecord {
  string Ref = 1; string Frontend = 2; map<string, string> FrontendAttrs = 3; repeated Exporter Exporters = 4;
  Status error = 5; Timestamp CreatedAt = 6; Timestamp CompletedAt = 7; map<string, string> ExporterResponse = 9;
  BuildResultInfo Result = 10; bool pinned = 14; int32 numCachedSteps = 15; int32 numTotalSteps = 16;
  int32 numCompletedSteps = 17; Descriptor externalError = 18; int32 numWarnings = 19;
}
message BuildHistoryRequest {
  bool ActiveOnly = 1; string Ref = 2; bool EarlyExit = 3; repeated string Filter = 4; int32 Limit = 5;
}
message BuildHistoryEvent { int32 type = 1; BuildHistoryRecord record = 2; }
message UpdateBuildHistoryRequest { string Ref = 1; bool Pinned = 2; bool Delete = 3; bool Finalize = 4; }
message ContentInfo { string digest = 1; int64 size = 2; Timestamp created_at = 3; Timestamp updated_at = 4; }
message ContentInfoRequest { string digest = 1; }
message ContentInfoResponse { ContentInfo info = 1; }
message ReadContentRequest { string digest = 1; int64 offset = 2; int64 size = 3; }
message ReadContentResponse { int64 offset = 1; bytes data = 2; }

message CheckAgentRequest { string ID = 1; }
message GetSecretRequest { string ID = 1; }
message GetSecretResponse { bytes data = 1; }
`;

const root = protobuf.parse(DEFINITIONS, { keepCase: true }).root;

/** Bytes to a message and back. What is not in the bytes is missing in the message, but for lists, maps and scalars. */
export interface Codec<T> {
  decode(bytes: Uint8Array): T;
  encode(message: T): Uint8Array;
}

function codec<T extends object>(name: string): Codec<T> {
  const type = root.lookupType(name);
  return {
    decode: (bytes) => type.toObject(type.decode(bytes), { longs: Number, defaults: true }) as T,
    encode: (message) => type.encode(type.fromObject(message)).finish(),
  };
}

type Texts = Readonly<Record<string, string>>;

export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

export interface ExporterMessage {
  readonly Type: string;
  readonly Attrs: Texts;
}

export interface CacheEntry {
  readonly Type: string;
  readonly Attrs: Texts;
}

export interface ControlSolve {
  readonly Ref: string;
  readonly ExporterDeprecated: string;
  readonly ExporterAttrsDeprecated: Texts;
  readonly Session: string;
  readonly Frontend: string;
  readonly FrontendAttrs: Texts;
  readonly Cache?: { readonly Exports: readonly CacheEntry[]; readonly Imports: readonly CacheEntry[] } | null;
  readonly Entitlements: readonly string[];
  /** The client asks for its own sake: nobody wants to hear of it later. */
  readonly Internal?: boolean;
  readonly Exporters: readonly ExporterMessage[];
}

export interface GatewaySolve {
  readonly Frontend: string;
  readonly FrontendOpt: Texts;
  readonly Definition: Uint8Array;
  readonly FrontendInputs: Readonly<Record<string, Definition>>;
}

/** How a result is made: operations, each naming those that it needs by their digests; the last names the result. */
export interface Definition {
  readonly def: readonly Uint8Array[];
  readonly metadata: Readonly<Record<string, object>>;
}

interface Operation {
  readonly inputs: readonly { readonly digest: string; readonly index: number }[];
  readonly source?: { readonly identifier: string } | null;
}

interface RangeMessage {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

export interface SourceInfo {
  readonly filename: string;
  readonly data: Uint8Array;
  readonly language: string;
}

/** Changes of a build; only what is new is sent. */
export interface StatusMessage {
  readonly vertexes?: readonly {
    readonly digest: string;
    readonly inputs?: readonly string[];
    readonly name: string;
    readonly cached?: boolean;
    readonly started?: Timestamp;
    readonly completed?: Timestamp;
    readonly error?: string;
  }[];
  readonly statuses?: readonly {
    readonly ID: string;
    readonly vertex: string;
    readonly name?: string;
    readonly timestamp: Timestamp;
    readonly started: Timestamp;
    readonly completed?: Timestamp;
  }[];
  readonly logs?: readonly {
    readonly vertex: string;
    readonly timestamp: Timestamp;
    readonly stream: number;
    readonly msg: Uint8Array;
  }[];
  readonly warnings?: readonly {
    readonly vertex: string;
    readonly level: number;
    readonly short: Uint8Array;
    readonly detail: readonly Uint8Array[];
    readonly url: string;
    readonly info: SourceInfo;
    readonly ranges: readonly RangeMessage[];
  }[];
}

export interface Stat {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modTime: number;
  readonly linkname: string;
}

export interface Packet {
  readonly type: number;
  readonly stat?: Stat | null;
  readonly ID?: number;
  readonly data?: Uint8Array;
}

interface WorkerRecord {
  readonly ID: string;
  readonly Labels: Texts;
  readonly platforms: readonly { readonly Architecture: string; readonly OS: string; readonly Variant?: string }[];
}

interface Cap {
  readonly ID: string;
  readonly Enabled: boolean;
}

interface ResultMessage {
  readonly ref?: { readonly id: string; readonly def: Definition };
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}

/** A document of a type that its reader knows by this name. */
export interface ErrorDetail {
  readonly type_url: string;
  readonly value: Uint8Array;
}

interface StatusOfCall {
  readonly code: number;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
}

export interface PruneMessage {
  readonly filter: readonly string[];
  readonly all: boolean;
  /** Nanoseconds. */
  readonly keepDuration: number;
  readonly reservedSpace: number;
  readonly maxUsedSpace: number;
}

export interface UsageRecord {
  readonly ID: string;
  readonly Mutable: boolean;
  readonly InUse: boolean;
  readonly Size: number;
  readonly CreatedAt: Timestamp;
  readonly LastUsedAt: Timestamp;
  readonly UsageCount: number;
  readonly Description: string;
  readonly RecordType: string;
  readonly Shared: boolean;
  readonly Parents: readonly string[];
}

export interface Descriptor {
  readonly media_type: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Texts;
}

/** What is kept of a build that is over. */
export interface BuildRecord {
  readonly Ref: string;
  readonly Frontend: string;
  readonly FrontendAttrs: Texts;
  readonly Exporters: readonly ExporterMessage[];
  readonly error?: StatusOfCall;
  readonly CreatedAt: Timestamp;
  readonly CompletedAt: Timestamp;
  readonly ExporterResponse: Texts;
  readonly Result?: {
    readonly ResultDeprecated: Descriptor;
    readonly Attestations: readonly Descriptor[];
    /** By the number of the exporter's result. */
    readonly Results: Readonly<Record<number, Descriptor>>;
  };
  readonly pinned: boolean;
  readonly numCachedSteps: number;
  readonly numTotalSteps: number;
  readonly numCompletedSteps: number;
  readonly numWarnings: number;
  /** The whole error, with its places in the Dockerfile. */
  readonly externalError?: Descriptor;
}

interface HistoryRequest {
  readonly ActiveOnly: boolean;
  readonly Ref: string;
  readonly EarlyExit: boolean;
  readonly Limit: number;
}

interface HistoryUpdate {
  readonly Ref: string;
  readonly Pinned: boolean;
  readonly Delete: boolean;
}

export const MESSAGES = {
  empty: codec<object>("Empty"),
  bytes: codec<{ readonly data: Uint8Array }>("BytesMessage"),
  status: codec<StatusOfCall>("Status"),
  info: codec<{ readonly buildkitVersion: { readonly package: string; readonly version: string } }>("InfoResponse"),
  workers: codec<{ readonly record: readonly WorkerRecord[] }>("ListWorkersResponse"),
  controlSolve: codec<ControlSolve>("ControlSolveRequest"),
  controlSolved: codec<{ readonly ExporterResponse: Texts }>("ControlSolveResponse"),
  statusRequest: codec<{ readonly Ref: string }>("StatusRequest"),
  progress: codec<StatusMessage>("StatusResponse"),
  pong: codec<{
    readonly FrontendAPICaps: readonly Cap[];
    readonly LLBCaps: readonly Cap[];
    readonly Workers: readonly WorkerRecord[];
  }>("PongResponse"),
  operation: codec<Operation>("Op"),
  gatewaySolve: codec<GatewaySolve>("GatewaySolveRequest"),
  gatewaySolved: codec<{ readonly result: ResultMessage }>("GatewaySolveResponse"),
  returned: codec<{ readonly error?: StatusOfCall | null }>("ReturnRequest"),
  prune: codec<PruneMessage>("PruneRequest"),
  diskUsage: codec<{ readonly filter: readonly string[] }>("DiskUsageRequest"),
  usage: codec<UsageRecord>("UsageRecord"),
  diskUsed: codec<{ readonly record: readonly UsageRecord[] }>("DiskUsageResponse"),
  historyRequest: codec<HistoryRequest>("BuildHistoryRequest"),
  historyEvent: codec<{ readonly type: number; readonly record: BuildRecord }>("BuildHistoryEvent"),
  historyUpdate: codec<HistoryUpdate>("UpdateBuildHistoryRequest"),
  contentRequest: codec<{ readonly digest: string }>("ContentInfoRequest"),
  contentInfo: codec<{ readonly info: { readonly digest: string; readonly size: number } }>("ContentInfoResponse"),
  readContent: codec<{ readonly digest: string; readonly offset: number; readonly size: number }>("ReadContentRequest"),
  content: codec<{ readonly offset: number; readonly data: Uint8Array }>("ReadContentResponse"),
  packet: codec<Packet>("Packet"),
  checkAgent: codec<{ readonly ID: string }>("CheckAgentRequest"),
  getSecret: codec<{ readonly ID: string }>("GetSecretRequest"),
  secret: codec<{ readonly data: Uint8Array }>("GetSecretResponse"),
};
