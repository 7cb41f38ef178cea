import { describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../engine.ts";

/** An engine with busybox and a server that says where it is. */
async function machine(): Promise<Engine> {
  const engine = createEngine();
  await engine.docker("pull -q busybox");
  return engine;
}

const SERVER = ["busybox", "sh", "-c", "mkdir /w; hostname > /w/index.html; exec httpd -f -p 80 -h /w"];

describe("networks of containers", () => {
  it("a published port answers on localhost, on the machine's addresses, and to other containers", async () => {
    const engine = await machine();
    await engine.docker("network create other");
    await engine.docker(["run", "-d", "--name", "web", "--hostname", "webhost", "-p", "8000:80", ...SERVER]);
    for (const url of [
      "http://localhost:8000/",
      "http://[::1]:8000/",
      "http://172.17.0.1:8000/",
      "http://172.17.0.2/",
    ]) {
      expect([url, await (await engine.fetch(url)).text()]).toEqual([url, "webhost\n"]);
    }
    const inside = await engine.docker([
      "run",
      "--rm",
      "--network",
      "other",
      "busybox",
      "wget",
      "-qO-",
      "http://172.18.0.1:8000/",
    ]);
    expect(inside.stdout).toBe("webhost\n");
  });

  it("a start that fails leaves networks as they were: the next one asks for them by name", async () => {
    const engine = await machine();
    const told = async (): Promise<string> =>
      (await engine.docker(["inspect", "-f", "{{json .NetworkSettings.Networks}}", "web"])).stdout;
    await engine.docker("network create lan");
    await engine.docker("create --name web --network lan busybox nosuch");
    const before = await told();
    expect((await engine.docker("start web")).exitCode).toBe(1);
    expect(await told()).toBe(before);
    await engine.docker("network rm lan");
    await engine.docker("network create lan");
    const again = await engine.docker("start web");
    expect(again.stderr).toContain('exec: "nosuch": executable file not found in $PATH');
  });

  it("a port that is taken refuses the next container, and is free when the first has ended", async () => {
    const engine = await machine();
    await engine.docker(["run", "-d", "--name", "web", "-p", "8000:80", ...SERVER]);
    const refused = await engine.docker("run --rm -p 8000:80 busybox true");
    expect(refused.exitCode).toBe(125);
    expect(refused.stderr).toContain("Bind for 0.0.0.0:8000 failed: port is already allocated");
    await engine.docker("rm -f web");
    expect((await engine.docker("run --rm -p 8000:80 busybox true")).exitCode).toBe(0);
    await expect(engine.fetch("http://localhost:8000/")).rejects.toThrow("ECONNREFUSED");
  });

  it("networks are apart: packets between them are dropped, and a forward rule says so", async () => {
    const engine = await machine();
    await engine.docker("network create a");
    await engine.docker("network create b");
    await engine.docker(["run", "-d", "--name", "web", "--network", "a", ...SERVER]);
    const across = await engine.docker(
      ["run", "--rm", "--network", "b", "busybox", "nc", "-w", "2", "172.18.0.2", "80"],
      {
        stdin: "",
      },
    );
    expect(across.stderr).toBe("nc: timed out\n");
    const { firewall } = engine.kernel.init.ns.net.stack(engine.kernel.net);
    expect(firewall.list("filter").filter((line) => line.includes("ISOLATION-STAGE-2 -o"))).toHaveLength(3);
  });

  it("names, aliases, short ids and host names resolve on user networks, also behind the network's name", async () => {
    const engine = await machine();
    await engine.docker("network create net");
    await engine.docker([
      ..."run -d --name web --hostname inner --network net --network-alias www".split(" "),
      ...SERVER,
    ]);
    const id = (await engine.docker("ps -q")).stdout.trim();
    for (const name of ["web", "www", "inner", "WEB", "web.net", id]) {
      const { stdout } = await engine.docker([
        "run",
        "--rm",
        "--network",
        "net",
        "busybox",
        "wget",
        "-qO-",
        `http://${name}/`,
      ]);
      expect([name, stdout]).toEqual([name, "inner\n"]);
    }
    const lost = await engine.docker("run --rm --network net busybox ping -c1 nobody");
    expect(lost.stderr).toBe("ping: bad address 'nobody'\n");
  });

  it("a network is connected to and disconnected from while the container runs", async () => {
    const engine = await machine();
    await engine.docker("network create a");
    await engine.docker("network create --internal b");
    await engine.docker("run -d --name cc --network a busybox sleep 1000");
    await engine.docker("network connect b cc");
    const both = await engine.docker([
      "exec",
      "cc",
      "sh",
      "-c",
      "ip -o -4 addr | awk '{print $2,$4}'; ip route | head -n 1",
    ]);
    expect(both.stderr).toBe("");
    expect(both.stdout).toBe(
      "lo 127.0.0.1/8\neth0 172.18.0.2/16\neth1 172.19.0.2/16\ndefault via 172.18.0.1 dev eth0 \n",
    );
    await engine.docker("network disconnect a cc");
    const one = await engine.docker([
      "exec",
      "cc",
      "sh",
      "-c",
      "ip -o -4 addr | awk '{print $2,$4}'; ip route | head -n 1",
    ]);
    expect(one.stdout).toBe("lo 127.0.0.1/8\neth1 172.19.0.2/16\n172.19.0.0/16 dev eth1 scope link  src 172.19.0.2 \n");
  });

  it("who has asked before finds who has the name and the address now", async () => {
    const engine = await machine();
    await engine.docker("network create --subnet 10.7.0.0/24 net");
    const serve = (name: string, text: string, address: string): Promise<unknown> =>
      engine.docker([
        ...`run -d --name ${name} --network net --ip ${address} --network-alias www busybox sh -c`.split(" "),
        `mkdir /w; echo ${text} > /w/index.html; exec httpd -f -p 80 -h /w`,
      ]);
    await serve("first", "one", "10.7.0.9");
    await engine.docker("run -d --name probe --network net busybox sleep 1000");
    const get = async (host: string): Promise<string> => {
      const { stdout, stderr } = await engine.docker(`exec probe wget -T 1 -qO- http://${host}/`);
      return stdout + stderr;
    };
    expect([await get("www"), await get("10.7.0.9")]).toEqual(["one\n", "one\n"]);
    await engine.docker("network disconnect net first");
    expect(await get("www")).toBe("wget: bad address 'www'\n");
    expect(await get("10.7.0.9")).toBe("wget: download timed out\n");
    await serve("second", "two", "10.7.0.9");
    expect([await get("www"), await get("10.7.0.9")]).toEqual(["two\n", "two\n"]);
    await engine.docker("network connect --ip 10.7.0.10 net first");
    expect([await get("first"), await get("second")]).toEqual(["one\n", "two\n"]);
    await engine.docker("network disconnect net probe");
    expect(await get("10.7.0.9")).toBe("wget: can't connect to remote host (10.7.0.9): Network is unreachable\n");
  });

  it("what has ended leaves nothing: no device, no rule, no address", async () => {
    const engine = await machine();
    const stack = engine.kernel.init.ns.net.stack(engine.kernel.net);
    const before = [stack.devices.map(({ name }) => name), stack.firewall.list("nat"), stack.firewall.list("filter")];
    await engine.docker("network create net");
    await engine.docker(["run", "-d", "--name", "web", "--network", "net", "-p", "8000:80", ...SERVER]);
    expect(await (await engine.fetch("http://localhost:8000/")).text()).toMatch(/^[0-9a-f]{12}\n$/);
    expect(stack.devices.length).toBe(before[0]?.length === undefined ? 0 : before[0].length + 2);
    await engine.docker("rm -f web");
    await engine.docker("network rm net");
    const after = [stack.devices.map(({ name }) => name), stack.firewall.list("nat"), stack.firewall.list("filter")];
    expect(after).toEqual(before);
  });

  it("a container that never speaks has no devices", async () => {
    const engine = await machine();
    await engine.docker("run -d --name idle busybox sleep 1000");
    expect(engine.containers.get("idle").oci?.process.ns.net.madeStack).toBeUndefined();
    expect((await engine.docker("run --rm busybox ping -c 1 -q 172.17.0.2")).exitCode).toBe(0);
    expect(engine.containers.get("idle").oci?.process.ns.net.madeStack).toBeDefined();
  });
});
