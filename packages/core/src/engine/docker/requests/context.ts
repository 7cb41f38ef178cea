/** Requests about contexts: the client answers them by itself. */
import type { StringMap } from "../create-body.ts";

interface ContextCreateRequest {
  readonly command: "context create";
  readonly name: string;
  readonly description: string;
  /** Settings of the endpoint by their keys. */
  readonly docker: StringMap | undefined;
  /** Another context; "" for none. */
  readonly from: string;
}

interface ContextUpdateRequest {
  readonly command: "context update";
  readonly name: string;
  /** Undefined where it stays as it is. */
  readonly description: string | undefined;
  readonly docker: StringMap | undefined;
}

interface ContextExportRequest {
  readonly command: "context export";
  readonly name: string;
  /** "-" is standard output. */
  readonly file: string;
}

interface ContextImportRequest {
  readonly command: "context import";
  readonly name: string;
  /** "-" is standard input. */
  readonly file: string;
}

interface ContextInspectRequest {
  readonly command: "context inspect";
  /** Without any, the one in use. */
  readonly names: readonly string[];
  readonly format: string;
}

interface ContextListRequest {
  readonly command: "context ls";
  readonly format: string;
  readonly quiet: boolean;
}

interface ContextRmRequest {
  readonly command: "context rm";
  readonly names: readonly string[];
  readonly force: boolean;
}

interface ContextShowRequest {
  readonly command: "context show";
}

interface ContextUseRequest {
  readonly command: "context use";
  readonly name: string;
}

export type ContextRequest =
  | ContextCreateRequest
  | ContextUpdateRequest
  | ContextExportRequest
  | ContextImportRequest
  | ContextInspectRequest
  | ContextListRequest
  | ContextRmRequest
  | ContextShowRequest
  | ContextUseRequest;
