/** Where a server listens: `unix:///run/docker.sock`, `tcp://127.0.0.1:2375`, `127.0.0.1:2375`, `2375`. */

export type ListenAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

const LOOPBACK = "127.0.0.1";

/** Only who says an address is reached from elsewhere. @throws TypeError for what is no address */
export function parseAddress(text: string): ListenAddress {
  const [, scheme = "", rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  if (scheme === "unix" || (scheme === "" && text.startsWith("/"))) {
    if (!rest.startsWith("/")) throw new TypeError(`${text}: a socket is named by an absolute path: unix:///path`);
    return { kind: "unix", path: rest };
  }
  if (scheme !== "" && scheme !== "tcp") throw new TypeError(`${text}: only unix:// and tcp:// are supported`);
  const [, host, port] = /^(?:(\[[^\]]+\]|[^:]*):)?(\d{1,5})$/.exec(rest) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new TypeError(`${text}: not HOST:PORT`);
  const name = host === undefined || host === "" ? LOOPBACK : host.replace(/^\[|\]$/g, "");
  return { kind: "tcp", host: name, port: Number(port) };
}

/** As DOCKER_HOST wants it. */
export function addressText(address: ListenAddress): string {
  if (address.kind === "unix") return `unix://${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `tcp://${host}:${address.port}`;
}
