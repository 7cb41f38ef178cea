import { expect, test } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const SET_UP = "exec 2>&1; ip link add b0 type bridge; ip link set b0 up; ip addr add 172.20.3.4/16 dev b0";

/** What busybox's route says, and the destinations and masks that are there then. */
test.each([
  ["add 11.0.0.0 dev b0", "11.0.0.0 255.255.255.255 UH\n"],
  ["add 0.0.0.0 dev b0", "0.0.0.0 255.255.255.255 UH\n"],
  ["add default gw 172.20.0.1", "0.0.0.0 0.0.0.0 UG\n"],
  ["add -net 0.0.0.0 gw 172.20.0.1", "0.0.0.0 0.0.0.0 UG\n"],
  ["add -net 12.0.0.0 dev b0", "route: SIOCADDRT: Invalid argument\n"],
  ["add -net 20.0.0.0/8 dev b0", "20.0.0.0 255.0.0.0 U\n"],
  ["add -net 23.1.0.0/8 dev b0", "route: netmask and route address conflict\n"],
  ["add 13.0.0.0 netmask 255.0.0.0 dev b0", "route: netmask 00ffffff and host route conflict\n"],
  ["add -host 1.2.3.4 netmask 255.255.255.255 dev b0", "route: netmask 00000000 and host route conflict\n"],
  ["add -net 10.8.0.0 netmask 255.0.255.0 dev b0", "route: bogus netmask 255.0.255.0\n"],
  ["del -net 12.0.0.0", "route: SIOCDELRT: Invalid argument\n"],
  ["del 12.0.0.0", "route: SIOCDELRT: No such process\n"],
])("route %s takes what is not said to be a network as a host", async (words, output) => {
  const shown = "route -n | awk 'NR > 2 && !/^172.20/ { print $1, $3, $4 }'";
  expect((await new Busybox().sh(`${SET_UP}; route ${words}; ${shown}`)).stdout).toBe(output);
});
