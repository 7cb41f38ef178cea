/**
 * Sockets: addresses, options and flags of socket(7), ip(7), unix(7).
 *
 * @see include/linux/socket.h
 */

export type SocketDomain = "inet" | "inet6" | "unix";
export type SocketType = "stream" | "dgram" | "raw";
/** Beyond what the type implies: raw sockets say which messages they want. */
export type SocketProtocol = "default" | "icmp" | "icmp6";

/** The address is canonical text; an IPv6 socket shows IPv4 peers as "::ffff:1.2.3.4". */
export interface InetAddress {
  readonly family: "inet" | "inet6";
  readonly address: string;
  readonly port: number;
}

/** "" is a socket without a name; a name that begins with "\0" is an abstract one. */
export interface UnixAddress {
  readonly family: "unix";
  readonly path: string;
}

export type SocketAddress = InetAddress | UnixAddress;

/** Flags of socket(2) and accept4(2): the O_ flags of the same meaning. */
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

export const MSG_PEEK = 0x2;
/** In an answer: descriptors did not find a place. */
export const MSG_CTRUNC = 0x8;
/** In an answer: a datagram was longer than what was asked for. */
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_CMSG_CLOEXEC = 0x40000000;

/** Descriptors that one message can carry. @see unix(7) SCM_RIGHTS, include/net/scm.h: SCM_MAX_FD */
export const SCM_MAX_FD = 253;

/** Connections that may wait for accept(2), unless the sysctl says otherwise. @see listen(2) */
export const SOMAXCONN = 4096;

/**
 * Times are microseconds, a device is its name, everything else a number. SO_ERROR is an errno number.
 *
 * @see socket(7), ip(7), ipv6(7), tcp(7)
 */
export type SocketOption =
  | "SO_REUSEADDR"
  | "SO_REUSEPORT"
  | "SO_BROADCAST"
  | "SO_KEEPALIVE"
  | "SO_LINGER"
  | "SO_RCVTIMEO"
  | "SO_SNDTIMEO"
  | "SO_RCVBUF"
  | "SO_SNDBUF"
  | "SO_BINDTODEVICE"
  | "SO_ERROR"
  | "SO_TYPE"
  | "SO_ACCEPTCONN"
  | "SO_PASSCRED"
  | "SO_PEERCRED"
  | "IP_TTL"
  | "IPV6_V6ONLY"
  | "TCP_NODELAY";

/** Who is at the other end, or has sent a message: Linux's `struct ucred`. */
export interface UnixCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** What sendmsg(2) is told beside the data. */
export interface MessageOptions {
  /** MSG_DONTWAIT | MSG_NOSIGNAL. */
  readonly flags?: number;
  readonly to?: SocketAddress;
  /** SCM_RIGHTS: descriptors of the sender's. */
  readonly rights?: readonly number[];
  /** SCM_CREDENTIALS. */
  readonly credentials?: UnixCredentials;
}

/** What recvmsg(2) brings. */
export interface ReceivedMessage extends Received {
  /** New descriptors of the receiver's. */
  readonly rights: readonly number[];
  /** With SO_PASSCRED. */
  readonly credentials: UnixCredentials | undefined;
  /** MSG_CTRUNC | MSG_TRUNC. */
  readonly flags: number;
}

/** What recvfrom(2) brings. */
export interface Received {
  readonly data: Uint8Array;
  /** Who sent a datagram; `undefined` on a connected stream. */
  readonly from: SocketAddress | undefined;
}

/** A message of ICMP as raw sockets see it. @see RFC 792, RFC 4443 */
export interface IcmpInfo {
  readonly type: "echo-request" | "echo-reply" | "unreachable" | "time-exceeded";
  readonly code: number;
  readonly id: number;
  readonly sequence: number;
}
