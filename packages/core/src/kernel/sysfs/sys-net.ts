/**
 * /sys/class/net and the directories of network devices that its links lead to.
 *
 * @see Documentation/ABI/testing/sysfs-class-net, sysfs-class-net-statistics
 */
import { type DirEntry, Errno } from "../../abi/index.ts";
import { PseudoDirectory, PseudoFile, type PseudoLeaf, PseudoLink } from "../../fs/index.ts";
import { Bridge, type Device, type NetStack } from "../../net/index.ts";
import type { Inode } from "../../vfs/index.ts";
import { type Attributes, DeviceLink, zero } from "./device-attributes.ts";
import { BRIDGE_SETTINGS, bridgeAttributes, portAttributes } from "./sys-bridge.ts";
import type { SysFs } from "./sys-fs.ts";

const stackOf = ({ net, kernel }: SysFs): NetStack => net.stack(kernel.net);

/** One link a device: what programs list. */
export const deviceLinks: PseudoLeaf<SysFs> = (fs) =>
  perDevice(fs, "symlink", ({ name }) => new PseudoLink(fs, () => `../../devices/virtual/net/${name}`));

/** One directory a device. */
export const deviceDirectories: PseudoLeaf<SysFs> = (fs) =>
  perDevice(fs, "dir", (device) =>
    attributeDirectory(fs, device, () => ({ ...ATTRIBUTES, ...bridgeAttributes(device), ...portAttributes(device) })),
  );

function perDevice(fs: SysFs, type: DirEntry["type"], make: (device: Device) => Inode): Inode {
  return new PseudoDirectory(
    fs,
    { mode: 0o755 },
    {
      find: (name) => {
        const device = stackOf(fs).device(name);
        return device === undefined ? undefined : make(device);
      },
      list: () => stackOf(fs).devices.map(({ name, index }) => ({ name, ino: index, type })),
    },
  );
}

function attributeDirectory(fs: SysFs, device: Device, attributes: () => Attributes): Inode {
  const make = (name: string): Inode | undefined => {
    const own = attributes();
    const attribute = Object.hasOwn(own, name) ? own[name] : undefined;
    if (attribute === undefined) return undefined;
    if (attribute instanceof DeviceLink) return new PseudoLink(fs, () => attribute.target);
    if (typeof attribute !== "function") return attributeDirectory(fs, device, () => attribute);
    const mode = WRITE_ONLY.has(name) ? 0o200 : SETTABLE.has(name) ? 0o644 : 0o444;
    const read = (): string => {
      const text = attribute(device);
      return text === "" ? "" : `${text}\n`;
    };
    return new PseudoFile(fs, { mode }, { read });
  };
  return new PseudoDirectory(
    fs,
    { mode: 0o755 },
    {
      find: make,
      list: () =>
        Object.entries(attributes()).map(([name, attribute], at) => ({
          name,
          ino: device.index * 100 + at,
          type: typeof attribute === "function" ? "file" : attribute instanceof DeviceLink ? "symlink" : "dir",
        })),
    },
  );
}

/** What root may set on Linux; here it is set by netlink only. */
const SETTABLE: ReadonlySet<string> = new Set([
  ...["carrier", "flags", "gro_flush_timeout", "ifalias", "mtu", "napi_defer_hard_irqs", "netdev_group", "proto_down"],
  ...["threaded", "tx_queue_len", "uevent"],
  ...BRIDGE_SETTINGS,
]);

/** What is written to have something done. */
const WRITE_ONLY: ReadonlySet<string> = new Set(["flush"]);

/** IFF_UP, IFF_BROADCAST, IFF_LOOPBACK, and those that can be set. @see netdevice(7) */
function flags({ kind, up, flags }: Device): string {
  const fixed = kind === "loopback" ? 0x8 : 0x2;
  return `0x${(fixed | flags | (up ? 1 : 0)).toString(16)}`;
}

/** A device that is down has no carrier to speak of. */
function carrier({ up, running }: Device): string {
  if (!up) throw new Errno("EINVAL");
  return running ? "1" : "0";
}

/** The loopback never says that it is up, nor does a bridge that has never had a port. */
function operstate(device: Device): string {
  const { kind, up, running } = device;
  const neverSays = kind === "loopback" || (device instanceof Bridge && device.followsPorts && device.ports.size === 0);
  if (!up || (kind === "bridge" && !running)) return "down";
  if (neverSays) return "unknown";
  return running ? "up" : "lowerlayerdown";
}

/** Counters of what goes wrong on real links. */
const ERROR_COUNTERS = (
  "collisions multicast rx_compressed rx_crc_errors rx_errors rx_fifo_errors rx_frame_errors rx_length_errors " +
  "rx_missed_errors rx_nohandler rx_over_errors tx_aborted_errors tx_carrier_errors tx_compressed tx_errors " +
  "tx_fifo_errors tx_heartbeat_errors tx_window_errors"
).split(" ");

const ATTRIBUTES: Attributes = {
  addr_assign_type: ({ kind }) => (kind === "loopback" ? "0" : "3"),
  addr_len: () => "6",
  address: ({ mac }) => mac,
  broadcast: ({ kind }) => (kind === "loopback" ? "00:00:00:00:00:00" : "ff:ff:ff:ff:ff:ff"),
  carrier,
  carrier_changes: ({ kind }) => (kind === "loopback" ? "0" : "2"),
  carrier_down_count: ({ kind }) => (kind === "loopback" ? "0" : "1"),
  carrier_up_count: ({ kind }) => (kind === "loopback" ? "0" : "1"),
  dev_id: () => "0x0",
  dev_port: zero,
  dormant: ({ up }) => {
    if (!up) throw new Errno("EINVAL");
    return "0";
  },
  duplex: ({ kind }) => {
    if (kind === "loopback") throw new Errno("EINVAL");
    return "full";
  },
  flags,
  gro_flush_timeout: zero,
  ifalias: () => "",
  ifindex: ({ index }) => String(index),
  iflink: ({ index, peer }) => String(peer?.index ?? index),
  link_mode: zero,
  mtu: ({ mtu }) => String(mtu),
  name_assign_type: ({ kind }) => (kind === "loopback" ? "2" : "4"),
  napi_defer_hard_irqs: zero,
  netdev_group: zero,
  operstate,
  power: {},
  proto_down: zero,
  queues: { "rx-0": {}, "tx-0": {} },
  speed: ({ kind, running }) => {
    if (kind === "loopback") throw new Errno("EINVAL");
    return kind === "bridge" && !running ? "-1" : "10000";
  },
  statistics: {
    ...Object.fromEntries(ERROR_COUNTERS.map((name) => [name, zero])),
    rx_bytes: ({ received }) => String(received.bytes),
    rx_dropped: ({ received }) => String(received.dropped),
    rx_packets: ({ received }) => String(received.packets),
    tx_bytes: ({ sent }) => String(sent.bytes),
    tx_dropped: ({ sent }) => String(sent.dropped),
    tx_packets: ({ sent }) => String(sent.packets),
  },
  subsystem: new DeviceLink("../../../../class/net"),
  testing: ({ up }) => {
    if (!up) throw new Errno("EINVAL");
    return "0";
  },
  threaded: zero,
  tx_queue_len: ({ queueLength }) => String(queueLength),
  type: ({ kind }) => (kind === "loopback" ? "772" : "1"),
  uevent: ({ name, index }) => `INTERFACE=${name}\nIFINDEX=${index}`,
};
