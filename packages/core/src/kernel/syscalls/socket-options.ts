/** Which options a socket has, and what they can be set to. @see socket(7), ip(7), ipv6(7), tcp(7) */
import { Errno, type SocketOption } from "../../abi/index.ts";
import type { Socket } from "../../net/index.ts";

/** Options that only tell something. */
const READ_ONLY: ReadonlySet<SocketOption> = new Set(["SO_ERROR", "SO_TYPE", "SO_ACCEPTCONN", "SO_PEERCRED"]);
/** Options of one protocol; all others are those of every socket. */
const BELONGS_TO: ReadonlyMap<SocketOption, (socket: Socket) => boolean> = new Map([
  ["IP_TTL", ({ protocol }: Socket) => protocol !== "unix"],
  ["SO_PASSCRED", ({ protocol }: Socket) => protocol === "unix"],
  ["IPV6_V6ONLY", ({ domain }: Socket) => domain === "inet6"],
  ["TCP_NODELAY", ({ protocol }: Socket) => protocol === "tcp"],
]);
const TTL_MAX = 255;

/** @throws EOPNOTSUPP on a unix socket, ENOPROTOOPT on another that has no such option. */
export function checkOption(socket: Socket, option: SocketOption): void {
  if (BELONGS_TO.get(option)?.(socket) !== false) return;
  const isForeign = socket.domain === "unix" || option === "SO_PASSCRED";
  throw new Errno(isForeign ? "EOPNOTSUPP" : "ENOPROTOOPT");
}

/** @throws ENOPROTOOPT for an option that cannot be set. @throws EINVAL for a value that it cannot have. */
export function checkSetting(socket: Socket, option: SocketOption, value: number | string): void {
  checkOption(socket, option);
  if (READ_ONLY.has(option)) throw new Errno("ENOPROTOOPT");
  if (option === "SO_BINDTODEVICE") return;
  if (typeof value !== "number") throw new Errno("EINVAL");
  if (option === "IP_TTL" && value !== -1 && (value < 1 || value > TTL_MAX)) throw new Errno("EINVAL");
}
