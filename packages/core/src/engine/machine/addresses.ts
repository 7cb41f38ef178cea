/** Places that a machine is told of: whom it asks for names and for images, and where it keeps what is to outlive it. */
import type { ContentDisk } from "../../content/index.ts";
import { ipBytes, StatusError } from "../../lib/index.ts";

/** @throws StatusError invalid-argument for a directory that is not named, or on what is no disk */
export function checkDirectory(
  { disk, path }: { readonly disk: ContentDisk; readonly path: string },
  what: string,
): void {
  const refuse = (problem: string): never => {
    throw new StatusError("invalid-argument", `${what}: ${problem}`);
  };
  if (typeof disk?.mkdirSync !== "function") refuse("disk is not like node:fs");
  if (typeof path !== "string" || path === "") refuse(`path is the name of a directory, not ${JSON.stringify(path)}`);
}

/** @throws StatusError invalid-argument for what is no address of a name server */
export function checkNameserver(address: string): void {
  if (ipBytes(address) !== undefined) return;
  throw new StatusError("invalid-argument", `${JSON.stringify(address)} is no IP address of a name server`);
}

/** @throws StatusError invalid-argument for what is no URL of a registry. @see dockerd --registry-mirror */
export function checkMirror(mirror: string): void {
  if (/^https?:\/\/[^/?#\s]+\/?$/.test(mirror)) return;
  const problem = `${JSON.stringify(mirror)} is no mirror: it is like "https://mirror.example"`;
  throw new StatusError("invalid-argument", problem);
}
