/**
 * /proc/net: a network stack as text.
 *
 * @see proc_pid_net(5), net/ipv4/proc.c, tcp_ipv4.c:get_tcp4_sock
 */

import { bitsOf, familyOf, ipBytes, lastOf, mappedIp, netmask, networkOf } from "../../lib/index.ts";
import {
  type InetSocket,
  type NetStack,
  type RawSocket,
  type Remnant,
  type Route,
  TCP_STATES,
  TcpSocket,
  UdpSocket,
} from "../../net/index.ts";

import { multicastDevices, multicastMembers6 } from "./multicast.ts";
import { hex, plain6 } from "./net-text.ts";

type Line = (stack: NetStack) => string;

/** An IPv4 address as the number that a little-endian machine has in memory. */
function hex4(address: string): string {
  return [...(ipBytes(address) ?? [])]
    .reverse()
    .map((byte) => hex(byte, 2))
    .join("");
}

/** Four such numbers for IPv6. */
function hex6(address: string): string {
  const bytes = ipBytes(mappedIp(address)) ?? new Uint8Array(16);
  // An IPv4 address in IPv6 notation has canonical text with dots: its bytes are the last four.
  const all = bytes.length === 16 ? bytes : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes);
  return [0, 4, 8, 12]
    .map((at) =>
      [...all.subarray(at, at + 4)]
        .reverse()
        .map((byte) => hex(byte, 2))
        .join(""),
    )
    .join("");
}

// ── sockets ──

const COLUMNS_4 = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const COLUMNS_6 =
  "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const RAW_COLUMNS = `${COLUMNS_4} ref pointer drops`;
const UDP_COLUMNS = ` ${RAW_COLUMNS}            `;
const DATAGRAM_COLUMNS_6 = `${COLUMNS_6} ref pointer drops`;
/** Lines of the IPv4 table are filled up to this. @see net/ipv4/tcp_ipv4.c: TMPSZ */
const LINE_WIDTH = 149;

interface SocketLine {
  readonly local: string;
  readonly remote: string;
  readonly state: number;
  readonly sending: number;
  readonly receiving: number;
  readonly timer: string;
  readonly uid: number;
  readonly inode: number;
  readonly tail: string;
}

function formatLine(number: number, line: SocketLine, width: number): string {
  const { local, remote, state, sending, receiving, timer, uid, inode, tail } = line;
  return `${String(number).padStart(width)}: ${local} ${remote} ${hex(state, 2)} ${hex(sending, 8)}:${hex(receiving, 8)} ${timer} 00000000 ${String(uid).padStart(5)}        0 ${inode} ${tail}`;
}

const NO_TIMER = "00:00000000";

function tcp(domain: "inet" | "inet6"): Line {
  const show = domain === "inet" ? hex4 : hex6;
  const any = domain === "inet" ? "00000000:0000" : `${"0".repeat(32)}:0000`;
  return (stack) => {
    const lines: string[] = [];
    for (const entry of stack.tcp.list()) {
      if (entry.domain !== domain) continue;
      const line = entry instanceof TcpSocket ? socketLine(entry, show, any) : remnantLine(entry, show, stack);
      const text = formatLine(lines.length, line, 4);
      lines.push(domain === "inet" ? text.padEnd(LINE_WIDTH) : text);
    }
    const head = domain === "inet" ? COLUMNS_4.padEnd(LINE_WIDTH) : COLUMNS_6;
    return [head, ...lines].map((line) => `${line}\n`).join("");
  };
}

function socketLine(socket: TcpSocket, show: (address: string) => string, any: string): SocketLine {
  const { local, remote, state } = socket;
  const listens = state === "LISTEN";
  return {
    local: `${show(local.address)}:${hex(local.port, 4)}`,
    remote: listens || remote === undefined ? any : `${show(remote.address)}:${hex(remote.port, 4)}`,
    state: TCP_STATES[state],
    sending: listens ? 0 : socket.unsent,
    receiving: listens ? socket.waiting : socket.available,
    timer: NO_TIMER,
    uid: socket.uid,
    inode: socket.inode,
    tail: listens ? "1 0000000000000000 100 0 0 10 0" : "1 0000000000000000 20 0 0 10 -1",
  };
}

function remnantLine(
  { local, remote, untilUs }: Remnant,
  show: (address: string) => string,
  stack: NetStack,
): SocketLine {
  const leftTicks = Math.max(0, Math.round((untilUs - stack.host.clock.nowUs) / 10_000));
  return {
    local: `${show(local.address)}:${hex(local.port, 4)}`,
    remote: `${show(remote.address)}:${hex(remote.port, 4)}`,
    state: TCP_STATES.TIME_WAIT,
    sending: 0,
    receiving: 0,
    timer: `03:${hex(leftTicks, 8)}`,
    uid: 0,
    inode: 0,
    tail: "3 0000000000000000",
  };
}

function datagrams(
  domain: "inet" | "inet6",
  columns: string,
  socketsOf: (stack: NetStack) => Iterable<InetSocket>,
): Line {
  const show = domain === "inet" ? hex4 : hex6;
  const any = domain === "inet" ? "00000000:0000" : `${"0".repeat(32)}:0000`;
  return (stack) => {
    const lines: string[] = [];
    for (const socket of socketsOf(stack)) {
      if (socket.domain !== domain) continue;
      const { local, remote } = socket;
      const line: SocketLine = {
        local: `${show(local.address)}:${hex(local.port, 4)}`,
        remote: remote === undefined ? any : `${show(remote.address)}:${hex(remote.port, 4)}`,
        state: remote === undefined ? TCP_STATES.CLOSE : TCP_STATES.ESTABLISHED,
        sending: 0,
        receiving: socket instanceof UdpSocket ? socket.queuedBytes : socket.available,
        timer: NO_TIMER,
        uid: socket.uid,
        inode: socket.inode,
        tail: "2 0000000000000000 0",
      };
      const text = formatLine(local.port, line, 5);
      lines.push(domain === "inet" ? text.padEnd(127) : text);
    }
    return [columns, ...lines].map((line) => `${line}\n`).join("");
  };
}

const udpSockets = (stack: NetStack): Iterable<InetSocket> => stack.udp.all();
const rawSockets = (stack: NetStack): Iterable<RawSocket> => stack.raw;

function unix(stack: NetStack): string {
  const lines = [...stack.unixNames].map(([path, socket]) => {
    const listens = socket.isListening;
    const type = socket.type === "stream" ? "0001" : "0002";
    const state = socket.isConnected ? "03" : "01";
    return `0000000000000000: 00000002 00000000 ${listens ? "00010000" : "00000000"} ${type} ${state} ${String(socket.inode).padStart(5)} @${path.slice(1)}\n`;
  });
  return `Num       RefCount Protocol Flags    Type St Inode Path\n${lines.join("")}`;
}

// ── routes, devices, neighbours ──

const ROUTE_WIDTH = 127;

function route(stack: NetStack): string {
  const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
  const lines = stack.routes.listed
    .filter(({ destination }) => familyOf(destination) === 4)
    .map(
      ({ device, destination, gateway, prefixLength, metric, refusal }) =>
        `${refusal === undefined ? device.name : "*"}\t${hex4(destination)}\t${hex4(gateway ?? "0.0.0.0")}\t${hex(routeFlags(gateway, prefixLength, refusal), 4)}\t0\t0\t${metric}\t${hex4(netmask(prefixLength))}\t0\t0\t0`,
    );
  return [head, ...lines].map((line) => `${line.padEnd(ROUTE_WIDTH)}\n`).join("");
}

/** RTF_UP, RTF_GATEWAY, RTF_HOST, RTF_REJECT. @see route(8) */
function routeFlags(gateway: string | undefined, prefixLength: number, refusal: Route["refusal"]): number {
  const rejects = refusal === "unreachable" || refusal === "prohibit";
  return 1 | (gateway === undefined ? 0 : 2) | (prefixLength === 32 ? 4 : 0) | (rejects ? 0x200 : 0);
}

/** @see include/uapi/linux/ipv6_route.h: IP6_RT_PRIO_ADDRCONF */
const IPV6_METRIC = 256;

/** /proc/net/ipv6_route: what is local shows as routes, too. */
function ipv6Route(stack: NetStack): string {
  const line = (
    destination: string,
    length: number,
    gateway: string,
    metric: number,
    flags: number,
    name: string,
    references = 1,
  ): string =>
    `${plain6(destination)} ${length.toString(16).padStart(2, "0")} ${"0".repeat(32)} 00 ${plain6(gateway)} ${metric.toString(16).padStart(8, "0")} ${references.toString(16).padStart(8, "0")} 00000000 ${flags.toString(16).padStart(8, "0")} ${name.padStart(8)}\n`;
  const unreachable = line("::", 0, "::", 0xffffffff, 0x00200200, "lo");
  const remote = stack.routes.all
    .filter(({ destination }) => familyOf(destination) === 6)
    .map((one: Route) =>
      line(
        one.destination,
        one.prefixLength,
        one.gateway ?? "::",
        one.metric,
        one.refusal !== undefined ? 0x00200200 : one.gateway === undefined ? 1 : 3,
        one.device.name,
      ),
    );
  const local = stack.devices.flatMap((device) =>
    device.up
      ? device.addresses
          .filter(({ address }) => familyOf(address) === 6)
          .map(({ address }) => line(address, bitsOf(6), "::", 0, 0x80200001, device.name, 2))
      : [],
  );
  const multicast = stack.devices
    .filter((device) => device.up && device !== stack.loopback && stack.addresses.has6(device))
    .map(({ name }) => line("ff00::", 8, "::", IPV6_METRIC, 1, name, 4));
  const hasDefault = stack.routes.all.some((one) => one.prefixLength === 0 && familyOf(one.destination) === 6);
  const last = hasDefault ? [] : [unreachable];
  return local.length === 0 ? "" : [...remote, ...last, ...local, ...multicast, unreachable].join("");
}

function ifInet6(stack: NetStack): string {
  const scopes = { global: "00", link: "20", host: "10" } as const;
  return stack.devices
    .flatMap((device) =>
      device.addresses
        .filter(({ address }) => familyOf(address) === 6)
        .map(
          ({ address, length, scope }) =>
            `${plain6(address)} ${device.index.toString(16).padStart(2, "0")} ${length.toString(16).padStart(2, "0")} ${scopes[scope]} 80 ${device.name.padStart(8)}\n`,
        ),
    )
    .join("");
}

function dev(stack: NetStack): string {
  const head =
    "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
  const number = (value: number, width: number): string => String(value).padStart(width);
  const lines = stack.devices.map(
    ({ name, received, sent }) =>
      `${name.padStart(6)}: ${number(received.bytes, 7)} ${number(received.packets, 7)}    0 ${number(received.dropped, 4)}    0     0          0         0 ${number(sent.bytes, 8)} ${number(sent.packets, 7)}    0 ${number(sent.dropped, 4)}    0     0       0          0\n`,
  );
  return head + lines.join("");
}

function arp(stack: NetStack): string {
  const head = "IP address       HW type     Flags       HW address            Mask     Device\n";
  const lines = stack.neighbours
    .list()
    .filter(({ address }) => familyOf(address) === 4)
    .map(({ address, mac, state, device }) => {
      const flags = mac === undefined ? "0x0" : state === "permanent" ? "0x6" : "0x2";
      return `${address.padEnd(16)} 0x1         ${flags.padEnd(11)} ${(mac ?? "00:00:00:00:00:00").padEnd(21)} *        ${device}\n`;
    });
  return head + lines.join("");
}

function sockstat(stack: NetStack): string {
  const entries = [...stack.tcp.list()];
  const sockets = entries.filter((entry) => entry instanceof TcpSocket);
  const used = 1 + sockets.length + [...stack.udp.all()].length + stack.raw.size;
  const { tcp, udp, raw } = socketsInUse(stack, "inet");
  return `sockets: used ${used}\nTCP: inuse ${tcp} orphan 0 tw ${entries.length - sockets.length} alloc ${sockets.length} mem 0\nUDP: inuse ${udp} mem 0\nUDPLITE: inuse 0\nRAW: inuse ${raw}\nFRAG: inuse 0 memory 0\n`;
}

/** @see net/ipv6/proc.c:sockstat6_seq_show */
function sockstat6(stack: NetStack): string {
  const { tcp, udp, raw } = socketsInUse(stack, "inet6");
  return `TCP6: inuse ${tcp}\nUDP6: inuse ${udp}\nUDPLITE6: inuse 0\nRAW6: inuse ${raw}\nFRAG6: inuse 0 memory 0\n`;
}

/** How many sockets of a family each protocol has. */
function socketsInUse(stack: NetStack, family: "inet" | "inet6"): Readonly<Record<"tcp" | "udp" | "raw", number>> {
  const count = (sockets: Iterable<{ readonly domain: string }>): number =>
    [...sockets].filter(({ domain }) => domain === family).length;
  const connections = [...stack.tcp.list()].filter((entry) => entry instanceof TcpSocket);
  return { tcp: count(connections), udp: count(udpSockets(stack)), raw: count(rawSockets(stack)) };
}

const empty: Line = () => "";

/** A cache of routes that Linux has not had since 3.6 still has a file, without lines. @see net/ipv4/route.c */
const RT_CACHE_COLUMNS =
  "Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\tMTU\tWindow\tIRTT\tTOS\tHHRef\tHHUptod\tSpecDst";
const RT_CACHE_WIDTH = 127;

/** Counters that nobody keeps: two lines each, the names and their values. */
function counters(
  tables: Readonly<Record<string, string>>,
  known: (stack: NetStack) => Readonly<Record<string, number>> = () => ({}),
): Line {
  return (stack) => {
    const set = known(stack);
    return Object.entries(tables)
      .map(([name, fields]) => {
        const values = fields.split(" ").map((field) => set[`${name}.${field}`] ?? 0);
        return `${name}: ${fields}\n${name}: ${values.join(" ")}\n`;
      })
      .join("");
  };
}

/** /proc/net/fib_trie, without the inner nodes of the tree: networks, and the addresses that are local. */
function fibTrie(stack: NetStack): string {
  const lines = stack.devices.flatMap((device) =>
    device.up
      ? device.addresses
          .filter(({ address }) => familyOf(address) === 4)
          .flatMap(({ address, length }) => {
            const isLoopback = device === stack.loopback;
            const network = isLoopback ? `/${length} host LOCAL` : `/${length} link UNICAST`;
            const last = lastOf({ address, length });
            return [
              `  +-- ${networkOf({ address, length })}/${length} 2 0 2`,
              `     +-- ${networkOf({ address, length })}/31 1 0 0`,
              `        |-- ${networkOf({ address, length })}`,
              `           ${network}`,
              `        |-- ${address}`,
              "           /32 host LOCAL",
              `     |-- ${last}`,
              "        /32 link BROADCAST",
            ];
          })
      : [],
  );
  return ["Main:", ...lines, "Local:", ...lines].map((line) => `${line}\n`).join("");
}

const SNMP = {
  Ip: "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits",
  Icmp: "InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps",
  Tcp: "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors",
  Udp: "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors",
  UdpLite: "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors",
};
const NETSTAT_TCP =
  "SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled TW TWRecycled TWKilled DelayedACKs ListenOverflows ListenDrops TCPLostRetransmit TCPTimeouts TCPAbortOnData TCPAbortOnClose TCPAbortOnTimeout TCPRetransFail";
const NETSTAT_IP = "InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets";

/** What a stack shows under /proc/net. */
export const NET_FILES: Readonly<Record<string, Line>> = {
  anycast6: empty,
  arp,
  dev,
  dev_mcast: multicastDevices,
  fib_trie: fibTrie,
  icmp: datagrams("inet", RAW_COLUMNS, () => []),
  icmp6: datagrams("inet6", DATAGRAM_COLUMNS_6, () => []),
  if_inet6: ifInet6,
  igmp: (stack) =>
    `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n${stack.devices
      .filter(({ up }) => up)
      .map(({ index, name }) => `${index}\t${name.padEnd(10)}:     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n`)
      .join("")}`,
  igmp6: multicastMembers6,
  ip_mr_cache: () => "Group    Origin   Iif     Pkts    Bytes    Wrong Oifs\n",
  ip_mr_vif: () => "Interface      BytesIn  PktsIn  BytesOut PktsOut Flags Local    Remote\n",
  ip6_flowlabel: () => "Label S Owner  Users  Linger Expires  Dst                              Opt\n",
  ip_tables_names: (stack) => (stack.hasFirewall(4) ? "filter\nnat\n" : ""),
  ip6_tables_names: (stack) => (stack.hasFirewall(6) ? "filter\nnat\n" : ""),
  ipv6_route: ipv6Route,
  mcfilter: () => "Idx Device        MCA        SRC    INC    EXC\n",
  mcfilter6: () => "Idx Device                Multicast Address                   Source Address    INC    EXC\n",
  netlink: () => "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n",
  netstat: counters({ TcpExt: NETSTAT_TCP, IpExt: NETSTAT_IP }),
  packet: () => "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n",
  protocols: () =>
    "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n",
  psched: () => "000003e8 00000040 000f4240 3b9aca00\n",
  ptype: () =>
    `Type Device      Function\n${["0800          ip", "0806          arp", "86dd          ipv6"].map((name) => `${name}_rcv\n`).join("")}`,
  raw: datagrams("inet", RAW_COLUMNS, rawSockets),
  raw6: datagrams("inet6", DATAGRAM_COLUMNS_6, rawSockets),
  route,
  rt_cache: () => `${RT_CACHE_COLUMNS.padEnd(RT_CACHE_WIDTH)}\n`,
  snmp: counters(SNMP, (stack) => ({
    "Ip.Forwarding": Number(stack.sysctl("net.ipv4.ip_forward")) === 0 ? 2 : 1,
    "Ip.DefaultTTL": stack.ttlTo("0.0.0.0"),
    "Tcp.RtoAlgorithm": 1,
    "Tcp.RtoMin": 200,
    "Tcp.RtoMax": 120_000,
    "Tcp.MaxConn": -1,
  })),
  sockstat,
  sockstat6,
  tcp: tcp("inet"),
  tcp6: tcp("inet6"),
  udp: datagrams("inet", UDP_COLUMNS, udpSockets),
  udp6: datagrams("inet6", DATAGRAM_COLUMNS_6, udpSockets),
  udplite: datagrams("inet", UDP_COLUMNS, () => []),
  udplite6: datagrams("inet6", DATAGRAM_COLUMNS_6, () => []),
  unix,
};
