/** URLs as wget reads them. */
import type { Routine } from "../../../abi/index.ts";
import { decode, fromLatin1 } from "../../../lib/index.ts";
import type { Io } from "../../io.ts";
import { splitHostPort } from "../../net/inet-address.ts";

export interface Url {
  readonly protocol: "http" | "https" | "ftp";
  /** As written, with its port: it is the Host header too. */
  readonly host: string;
  readonly port: number;
  /** Without the slash at its beginning. */
  readonly path: string;
  /** From its `#` on: only a proxy is told. */
  readonly fragment: string;
  /** `user:password`, decoded. */
  readonly user: string | undefined;
}

const PORTS = { http: 80, https: 443, ftp: 21 } as const;

/** Ends the applet for a protocol that it does not know. */
export function* parseUrl(io: Io, text: string): Routine<Url> {
  const match = /^(?:([^/]*?):\/\/)?(.*)$/s.exec(text);
  const protocol = match?.[1]?.toLowerCase() ?? "http";
  if (protocol !== "http" && protocol !== "https" && protocol !== "ftp") {
    return yield* io.die(`not an http or ftp url: ${text}`);
  }
  const rest = match?.[2] ?? "";
  const end = /[/?#]/.exec(rest)?.index ?? rest.length;
  const authority = rest.slice(0, end);
  const tail = rest.slice(end).replace(/#.*$/s, "");
  const fragment = rest.slice(end + tail.length);
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  const { port } = splitHostPort(host);
  if (port !== undefined && !/^\d+$/.test(port)) return yield* io.die(`bad port '${port}'`);
  return {
    protocol,
    host,
    port: port === undefined ? PORTS[protocol] : Number(port),
    path: tail.startsWith("/") ? tail.slice(1) : tail,
    fragment,
    user: at < 0 ? undefined : percentDecoded(authority.slice(0, at)),
  };
}

/** `%41` is A; what is no such escape stays. */
export function percentDecoded(text: string): string {
  return decode(
    fromLatin1(
      text.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    ),
  );
}
