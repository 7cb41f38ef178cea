/**
 * Holds every answer against the published schemas.
 *
 * As with a real daemon, whose lists and maps are often `null`, these pass for empty ones.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { ApiReply, ApiRequest } from "../http/exchange.ts";
import { ENGINE_SCHEMAS, operationOf } from "./schemas.ts";

/** Numbers for which Docker Engine 28.5.2 itself answers `null`, against the schema, where nobody has set them. */
const UNSET_NUMBERS = /\/HostConfig\/MemorySwappiness$|^GET \/exec\/\{id\}\/json 200 \/ExitCode$/;

/** What Docker Engine 28.5.2 itself calls otherwise than the schema does: `ID` where that wants `Id`. */
const OTHERWISE_NAMED = /^POST \/(secrets|configs)\/create 201 $/;

export class ResponseCheck {
  readonly violations: string[] = [];
  /** "GET /containers/json 200" of every answer that had a schema to agree with. */
  readonly seen = new Set<string>();
  readonly #validators = new Map<string, ValidateFunction>();

  /** For `onReply` of an EngineApi: answers that are streams are left out. */
  readonly note = (request: ApiRequest, reply: ApiReply): void => {
    if (reply.kind !== "whole" || request.method === "HEAD") return;
    if (reply.isOwn === true && !isOwn(reply.document)) {
      this.violations.push(`${request.method} ${request.path} hands out what is others', or no JSON`);
    }
    this.check(request, reply.status, new TextDecoder().decode(reply.body), reply.headers["Content-Type"]);
  };

  check({ method, path }: Pick<ApiRequest, "method" | "path">, status: number, body: string, type?: string): void {
    const operation = operationOf(method, path);
    if (operation === undefined) return;
    const name = `${operation.method} ${operation.path} ${status}`;
    const validate = this.#validator(operation.method, operation.path, status);
    if (validate === undefined) return;
    this.seen.add(name);
    if (!(type ?? "application/json").includes("json")) return;
    for (const document of documents(body)) {
      if (validate(document)) continue;
      for (const { instancePath, message, params, data } of validate.errors ?? []) {
        if (data === null && UNSET_NUMBERS.test(`${name} ${instancePath}`)) continue;
        if (OTHERWISE_NAMED.test(`${name} ${instancePath}`)) continue;
        this.violations.push(`${name} ${instancePath} ${message} ${JSON.stringify(params)}`);
      }
    }
  }

  #validator(method: string, path: string, status: number): ValidateFunction | undefined {
    const key = `${method} ${path} ${status}`;
    const known = this.#validators.get(key);
    if (known !== undefined) return known;
    const responses = ENGINE_SCHEMAS.operations.find((one) => one.method === method && one.path === path)?.responses;
    // Every operation may fail in ways that are not listed.
    const schema = responses?.[status] ?? (status >= 400 ? { $ref: "#/$defs/ErrorResponse" } : undefined);
    if (schema === undefined || schema === null) return undefined;
    const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true, validateFormats: false });
    const made = ajv.compile({ ...schema, $defs: ENGINE_SCHEMAS.definitions });
    this.#validators.set(key, made);
    return made;
  }
}

/** It has nothing that JSON leaves out, and nothing that others have frozen. */
function isOwn(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value !== undefined && !Number.isNaN(value);
  return !Object.isFrozen(value) && Object.values(value).every(isOwn);
}

/** One document, or one a line. */
function documents(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line): unknown => JSON.parse(line));
  }
}
