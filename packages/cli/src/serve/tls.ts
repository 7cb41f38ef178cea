/** The certificates that `bottleship serve` is told of. */
import { readFileSync } from "node:fs";
import type { ListenAddress, TlsOptions } from "@bottleship/node";
import { UsageError } from "../terminal.ts";

interface TlsFiles {
  readonly tlscert?: string | undefined;
  readonly tlskey?: string | undefined;
  readonly tlscacert?: string | undefined;
}

/** @throws UsageError if something is missing, or cannot be read */
export function tlsOf(
  { tlscert, tlskey, tlscacert }: TlsFiles,
  listen: readonly ListenAddress[],
): TlsOptions | undefined {
  if (tlscert === undefined && tlskey === undefined && tlscacert === undefined) return undefined;
  if (tlscert === undefined || tlskey === undefined) throw new UsageError("TLS needs both --tlscert and --tlskey");
  if (!listen.some(({ kind }) => kind === "tcp")) throw new UsageError("TLS is for TCP: add --tcp HOST:PORT");
  const [cert, key] = [readText(tlscert), readText(tlskey)];
  return { cert, key, ...(tlscacert === undefined ? {} : { ca: readText(tlscacert) }) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
