/**
 * How interfaces are brought up and down: commands with %names% of options in them. What stands in [[double brackets]]
 * is left out if an option in it is not given.
 *
 * @see interfaces(5), busybox: networking/ifupdown.c
 */

import { prefixOfMask } from "../../net/inet-address.ts";
import { UINT_MAX } from "../../number.ts";
import type { InterfaceDefinition } from "./interfaces-file.ts";

interface Method {
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** Nothing is done for an interface that is not there. */
  readonly downNeedsInterface?: boolean;
}

const NOTHING: Method = { up: [], down: [] };
const DHCP_PID = "/var/run/udhcpc.%iface%.pid";
const STATIC_DOWN: readonly string[] = ["ip addr flush dev %iface%[[ label %label%]]", "ip link set %iface% down"];

const METHODS: Readonly<Record<string, Method>> = {
  "inet manual": NOTHING,
  "inet6 manual": NOTHING,
  "link none": NOTHING,
  "link manual": NOTHING,
  "inet loopback": {
    up: ["ip addr add 127.0.0.1/8 dev %iface%", "ip link set %iface% up"],
    down: ["ip addr flush dev %iface%", "ip link set %iface% down"],
  },
  "inet6 loopback": {
    up: ["ip addr add ::1 dev %iface%", "ip link set %iface% up"],
    down: ["ip link set %iface% down"],
  },
  "inet static": {
    up: [
      "ip addr add %address%/%bnmask%[[ broadcast %broadcast%]] dev %iface%[[ peer %pointopoint%]][[ label %label%]]",
      "ip link set[[ mtu %mtu%]][[ addr %hwaddress%]] %iface% up",
      "[[ip route add default via %gateway% dev %iface%[[ metric %metric%]]]]",
    ],
    down: STATIC_DOWN,
    downNeedsInterface: true,
  },
  "inet6 static": {
    up: [
      "ip addr add %address%/%netmask% dev %iface%[[ label %label%]]",
      "ip link set[[ mtu %mtu%]][[ addr %hwaddress%]] %iface% up",
      "[[ip route add ::/0 via %gateway% dev %iface%]][[ metric %metric%]]",
    ],
    down: ["ip link set %iface% down"],
    downNeedsInterface: true,
  },
  "inet6 v4tunnel": {
    up: [
      "ip tunnel add %iface% mode sit remote %endpoint%[[ local %local%]][[ ttl %ttl%]]",
      "ip link set %iface% up",
      "ip addr add %address%/%netmask% dev %iface%",
      "[[ip route add ::/0 via %gateway% dev %iface%]]",
    ],
    down: ["ip tunnel del %iface%"],
  },
  "inet dhcp": {
    up: [
      "ip link set[[ addr %hwaddress%]] %iface% up",
      `udhcpc -R -n -p ${DHCP_PID} -i %iface%[[ -x hostname:%hostname%]][[ -c %client%]][[ -s %script%]][[ %udhcpc_opts%]]`,
    ],
    down: [`test -f ${DHCP_PID} && kill \`cat ${DHCP_PID}\` 2>/dev/null`, ...STATIC_DOWN],
    downNeedsInterface: true,
  },
  "inet bootp": {
    up: [
      "bootpc[[ --bootfile %bootfile%]] --dev %iface%[[ --server %server%]][[ --hwaddr %hwaddr%]] --returniffail --serverbcast",
    ],
    down: STATIC_DOWN,
    downNeedsInterface: true,
  },
  "inet ppp": { up: ["pon[[ %provider%]]"], down: ["poff[[ %provider%]]"] },
  "inet wvdial": {
    up: ["start-stop-daemon --start -x wvdial -p /var/run/wvdial.%iface% -b -m --[[ %provider%]]"],
    down: ["start-stop-daemon --stop -x wvdial -p /var/run/wvdial.%iface% -s 2"],
  },
};

/** The commands with what the options say in them; `undefined` if one is missing. Empty ones are left out. */
export function commandsOf(
  definition: InterfaceDefinition,
  way: "up" | "down",
  { isThere }: { readonly isThere: boolean },
): readonly string[] | undefined {
  const method = METHODS[`${definition.family} ${definition.method}`] ?? NOTHING;
  const templates = way === "up" ? method.up : method.down;
  const isGone = way === "down" && method.downNeedsInterface === true && !isThere;
  const commands: string[] = [];
  for (const template of isGone ? templates.filter((one) => !STATIC_DOWN.includes(one)) : templates) {
    const command = fill(template, definition);
    if (command === undefined) return undefined;
    if (command !== "") commands.push(command);
  }
  return commands;
}

function fill(template: string, definition: InterfaceDefinition): string | undefined {
  let text = template;
  for (let inner = /\[\[((?:(?!\[\[|\]\]).)*)\]\]/; inner.test(text); ) {
    text = text.replace(inner, (_, part: string) => substitute(part, definition) ?? "");
  }
  return substitute(text, definition);
}

function substitute(text: string, definition: InterfaceDefinition): string | undefined {
  let isMissing = false;
  const made = text.replace(/%(\w+)%/g, (_, name: string) => {
    const value = valueOf(name, definition);
    isMissing ||= value === undefined;
    return value ?? "";
  });
  return isMissing ? undefined : made;
}

function valueOf(name: string, definition: InterfaceDefinition): string | undefined {
  const given = definition.options.find(([option]) => option === name)?.[1];
  if (name === "iface") return definition.name;
  if (name === "label") return given ?? definition.name;
  // Of "ether 00:11:…" the class is not for ip.
  if (name === "hwaddress") return given?.replace(/^\S+[ \t]+/, "");
  if (name !== "bnmask") return given;
  const mask = definition.options.find(([option]) => option === "netmask")?.[1];
  if (mask === undefined) return undefined;
  // What is no mask has -1 bits to the real one.
  const length = prefixOfMask(mask) ?? UINT_MAX;
  return length === 0 ? undefined : String(length);
}
