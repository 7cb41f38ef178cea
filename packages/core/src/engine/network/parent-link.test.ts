import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

const said = (profile: "modern" | "recorded", args: string) =>
  createEngine({ profile })
    .docker(`network create ${args} net`)
    .then(({ stderr }) => stderr.replace(/^Error response from daemon: /, "").trimEnd());

it.each([
  ["-d macvlan -o parent=lo", "loopback interface is not a valid macvlan parent link"],
  ["-d ipvlan -o parent=nosuch", "invalid subinterface vlan name nosuch, example formatting is eth0.10"],
  ["-d macvlan -o parent=lo.x", "unable to parse a valid vlan id from: x (ex. eth0.10 for vlan 10)"],
  [
    "-d macvlan -o parent=lo.1.2",
    "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received lo.1.2",
  ],
  ["-d macvlan -o parent=lo.4095", "vlan id must be between 1-4094, received: 4095"],
  ["-d macvlan -o parent=zz.4095", "-o parent interface was not found on the host: zz"],
  ["-d ipvlan -o ipvlan_flag=bad", "requested ipvlan flag 'bad' is not valid, 'bridge' is the ipvlan driver default"],
  ["-d macvlan -o parent=zz.10", "-o parent interface was not found on the host: zz"],
  [
    "-d macvlan -o macvlan_mode=bad",
    "requested macvlan mode 'bad' is not valid, 'bridge' mode is the macvlan driver default",
  ],
  ["-d ipvlan -o ipvlan_mode=bad", "requested ipvlan mode 'bad' is not valid, 'l2' mode is the ipvlan driver default"],
])("a network is not made with %s: %s", async (args, problem) => {
  expect(await said("modern", args)).toBe(problem);
});

it("needs a kernel with dummies and VLANs, which that of the recordings is not", async () => {
  expect(await said("modern", "-d macvlan")).toBe("");
  expect(await said("recorded", "-d macvlan")).toBe("operation not supported");
  expect(await said("recorded", "-d ipvlan --internal")).toBe("operation not supported");
  expect(await said("modern", "-d macvlan -o parent=lo.10")).toBe("");
  expect(await said("recorded", "-d macvlan -o parent=lo.10")).toBe(
    "failed to create lo.10 vlan link: operation not supported",
  );
});

it("networks of ipvlan share no parent, those of macvlan do unless one passes all through", async () => {
  const engine = createEngine({ profile: "modern" });
  const create = (args: string): Promise<string> =>
    engine.docker(`network create ${args}`).then(({ stderr }) =>
      stderr
        .replace(/[0-9a-f]{64}/, "ID")
        .replace(/[0-9a-f]{12}/, "SHORT")
        .trim(),
    );
  const refused = "Error response from daemon: ";
  expect(await create("-d ipvlan -o parent=lo.10 one")).toBe("");
  expect(await create("-d ipvlan -o parent=lo.10 two")).toBe(
    `${refused}network di-SHORT is already using parent interface lo.10`,
  );
  expect(await create("-d macvlan -o parent=lo.11 one-m")).toBe("");
  expect(await create("-d macvlan -o parent=lo.11 two-m")).toBe("");
  expect(await create("-d macvlan -o parent=lo.11 -o macvlan_mode=passthru three-m")).toBe(
    `${refused}cannot use mode passthru, macvlan network ID is already using parent interface lo.11`,
  );
});
