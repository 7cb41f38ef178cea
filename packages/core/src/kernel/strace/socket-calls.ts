/** How strace(1) prints the calls on sockets. */
import type {
  Errno,
  MessageOptions,
  SocketAddress,
  SocketDomain,
  SocketOption,
  SocketProtocol,
  SocketType,
  Syscalls,
  UnixCredentials,
} from "../../abi/index.ts";
import { MESSAGE_FLAGS, SOCKET_FLAGS } from "./flags.data.ts";
import { call, type Renderings } from "./rendering.ts";
import { address, addressSize, anything, data, filled, flags } from "./values.ts";

const DOMAINS: Readonly<Record<SocketDomain, string>> = { inet: "AF_INET", inet6: "AF_INET6", unix: "AF_UNIX" };
const TYPES: Readonly<Record<SocketType, string>> = { stream: "SOCK_STREAM", dgram: "SOCK_DGRAM", raw: "SOCK_RAW" };
const PROTOCOLS: Readonly<Record<SocketProtocol, string>> = {
  default: "IPPROTO_IP",
  icmp: "IPPROTO_ICMP",
  icmp6: "IPPROTO_ICMPV6",
};
const HOW = { read: "SHUT_RD", write: "SHUT_WR", both: "SHUT_RDWR" } as const;

const type = (kind: SocketType, how: number): string =>
  how === 0 ? TYPES[kind] : `${TYPES[kind]}|${flags(how, SOCKET_FLAGS)}`;

const level = (option: SocketOption): string =>
  option.startsWith("IPV6_")
    ? "SOL_IPV6"
    : /^IP_/.test(option)
      ? "SOL_IP"
      : /^TCP_/.test(option)
        ? "SOL_TCP"
        : "SOL_SOCKET";

type OptionValue = ReturnType<Syscalls["getsockopt"]>;

function optionValue(value: OptionValue): string {
  if (typeof value === "object") return ucred(value);
  return typeof value === "string" ? data(value) : `[${value}]`;
}
const optionSize = (value: OptionValue): number =>
  typeof value === "object" ? 12 : typeof value === "string" ? value.length : 4;
const ucred = ({ pid, uid, gid }: UnixCredentials): string => `{pid=${pid}, uid=${uid}, gid=${gid}}`;

/** A control message and the room that it takes: a header of 16 bytes, and data in multiples of eight. */
function control(type: string, text: string, bytes: number): { readonly text: string; readonly size: number } {
  const shown = `{cmsg_len=${16 + bytes}, cmsg_level=SOL_SOCKET, cmsg_type=${type}, cmsg_data=${text}}`;
  return { text: shown, size: 16 + Math.ceil(bytes / 8) * 8 };
}

/** Linux's `struct msghdr`. */
function header(
  bytes: string,
  size: number,
  {
    rights = [],
    credentials,
    name,
    flags: told = 0,
  }: Pick<MessageOptions, "rights" | "credentials" | "flags"> & { name: string },
): string {
  const parts = [
    ...(credentials === undefined ? [] : [control("SCM_CREDENTIALS", ucred(credentials), 12)]),
    ...(rights.length === 0 ? [] : [control("SCM_RIGHTS", `[${rights.join(", ")}]`, 4 * rights.length)]),
  ];
  const beside = parts.length === 0 ? "" : `msg_control=[${parts.map(({ text }) => text).join(", ")}], `;
  const room = parts.reduce((sum, part) => sum + part.size, 0);
  return `{${name}, msg_iov=[{iov_base=${bytes}, iov_len=${size}}], msg_iovlen=1, ${beside}msg_controllen=${room}, msg_flags=${message(told)}}`;
}

const nameOf = (from: SocketAddress | undefined): string =>
  from === undefined ? "msg_name=NULL, msg_namelen=0" : `msg_name=${address(from)}, msg_namelen=${addressSize(from)}`;
const message = (how: number): string => flags(how, MESSAGE_FLAGS);

/** An address that the kernel filled in, and its size. */
const filledAddress = <R>(answer: R | Errno, pick: (answer: R) => SocketAddress): readonly string[] => [
  filled(answer, (value) => address(pick(value))),
  filled(answer, (value) => `[${addressSize(pick(value))}]`),
];

export const socketRenderings = {
  socket: ([domain, kind, protocol, how]) =>
    call("socket", DOMAINS[domain], type(kind, how), domain === "unix" ? "0" : PROTOCOLS[protocol]),
  socketpair: ([domain, kind, how], answer) =>
    call(
      "socketpair",
      DOMAINS[domain],
      type(kind, how),
      0,
      filled(answer, (ends) => `[${ends.join(", ")}]`),
    ).gives(answer, () => 0),
  bind: ([fd, name]) => call("bind", fd, address(name), addressSize(name)),
  listen: ([fd, backlog]) => call("listen", fd, backlog),
  accept4: ([fd, how], answer) =>
    call("accept4", fd, ...filledAddress(answer, ({ from }) => from), flags(how, SOCKET_FLAGS)).gives(
      answer,
      (accepted) => accepted.fd,
    ),
  connect: ([fd, name]) => call("connect", fd, address(name), addressSize(name)),
  sendto: ([fd, bytes, how, to]) => {
    const target = to === undefined ? ["NULL", 0] : [address(to), addressSize(to)];
    return call("sendto", fd, data(bytes), bytes.length, message(how), ...target);
  },
  recvfrom: ([fd, count, how], answer) => {
    const bytes = filled(answer, (received) => data(received.data));
    const from = filled(answer, (received) => (received.from === undefined ? "NULL" : address(received.from)));
    const size = filled(answer, (received) =>
      received.from === undefined ? "NULL" : `[${addressSize(received.from)}]`,
    );
    return call("recvfrom", fd, bytes, count, message(how), from, size).gives(
      answer,
      (received) => received.data.length,
    );
  },
  sendmsg: ([fd, bytes, options]) => {
    const said = header(data(bytes), bytes.length, { ...options, flags: 0, name: nameOf(options.to) });
    return call("sendmsg", fd, said, message(options.flags ?? 0));
  },
  recvmsg: ([fd, count, how], answer) => {
    const brought = filled(answer, ({ data: bytes, from, rights, credentials, flags: told }) =>
      header(data(bytes), count, {
        rights,
        ...(credentials === undefined ? {} : { credentials }),
        flags: told,
        name: nameOf(from),
      }),
    );
    return call("recvmsg", fd, brought, message(how)).gives(answer, (received) => received.data.length);
  },
  sendicmp: ([fd, to, info, bytes]) => call("sendicmp", fd, `"${to}"`, anything(info), data(bytes), bytes.length),
  recvicmp: ([fd, how], answer) =>
    call("recvicmp", fd, filled(answer, anything), message(how)).gives(answer, (received) => received.data.length),
  shutdown: ([fd, how]) => call("shutdown", fd, HOW[how]),
  getsockname: ([fd], answer) =>
    call("getsockname", fd, ...filledAddress(answer, (name) => name)).gives(answer, () => 0),
  getpeername: ([fd], answer) =>
    call("getpeername", fd, ...filledAddress(answer, (name) => name)).gives(answer, () => 0),
  setsockopt: ([fd, option, value]) =>
    call("setsockopt", fd, level(option), option, optionValue(value), optionSize(value)),
  getsockopt: ([fd, option], answer) =>
    call(
      "getsockopt",
      fd,
      level(option),
      option,
      filled(answer, optionValue),
      filled(answer, (value) => `[${optionSize(value)}]`),
    ).gives(answer, () => 0),
  netlink_get: (_, answer) =>
    call("netlink_get").gives(answer, ({ links, addresses, routes, rules, neighbours }) =>
      [
        `{links=[/* ${links.length} */], addresses=[/* ${addresses.length} */]`,
        `routes=[/* ${routes.length} */], rules=[/* ${rules.length} */]`,
        `neighbours=[/* ${neighbours.length} */]}`,
      ].join(", "),
    ),
  netlink_set: ([change]) => call("netlink_set", anything(change)),
  netlink_route: ([destination, source], answer) =>
    call("netlink_route", ...[destination, source].flatMap((one) => (one === undefined ? [] : [`"${one}"`]))).gives(
      answer,
      anything,
    ),
} satisfies Partial<Renderings>;
