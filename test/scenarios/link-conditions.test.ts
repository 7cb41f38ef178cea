/** A link that is slow, lossy, narrow or cut: in virtual time, for as long as somebody says so. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { describe, expect, it } from "vitest";

async function pair(seed = 7): Promise<Engine> {
  const engine = createEngine({ seed });
  await engine.docker("pull -q busybox");
  await engine.docker("network create shop");
  for (const name of ["web", "db"]) await engine.docker(`run -d --name ${name} --network shop busybox sleep 1000000`);
  return engine;
}

/** Round trips of a ping from web to db, in milliseconds; none for one that was lost. */
async function roundTrips(engine: Engine, count = 1, to = "db"): Promise<readonly number[]> {
  const { stdout } = await engine.docker(`exec web ping -c ${count} -i 0.2 -W 1 ${to}`);
  return [...stdout.matchAll(/time=([\d.]+) ms/g)].map(([, ms]) => Number(ms));
}

describe("conditions of links", () => {
  it("latency counts each way, between two containers only, and ends with its scope", async () => {
    const engine = await pair();
    await engine.docker("run -d --name cache --network shop busybox sleep 1000000");
    {
      using _ = engine.links.change({ between: ["web", "db"] }, { latency: "40ms" });
      const [first = 0] = await roundTrips(engine);
      expect(first).toBeGreaterThanOrEqual(80);
      expect((await roundTrips(engine, 1, "cache"))[0]).toBeLessThan(1);
    }
    expect((await roundTrips(engine))[0]).toBeLessThan(1);
  });

  it("a network's latency counts where a frame is sent, a container's on its link both ways", async () => {
    const engine = await pair();
    // Who has asked where the other one is does not ask again.
    await roundTrips(engine);
    const ofNetwork = engine.links.change({ network: "shop" }, { latency: "10ms" });
    expect(Math.round((await roundTrips(engine))[0] ?? 0)).toBe(20);
    ofNetwork.end();
    using _ = engine.links.change({ container: "db" }, { latency: "10ms" });
    expect(Math.round((await roundTrips(engine))[0] ?? 0)).toBe(20);
  });

  it("jitter and loss are drawn from the seed", async () => {
    const run = async (seed: number): Promise<readonly number[]> => {
      const engine = await pair(seed);
      await roundTrips(engine);
      using _ = engine.links.change({ container: "db" }, { latency: "20ms", jitter: "5ms", loss: 0.2 });
      return await roundTrips(engine, 40);
    };
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first.length).toBeGreaterThan(10);
    expect(first.length).toBeLessThan(40);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...first)).toBeLessThan(51);
  });

  it("bandwidth makes a transfer take its time", async () => {
    const engine = await pair();
    const serve = "mkdir /w; head -c 1000000 /dev/zero >/w/big; exec httpd -f -p 80 -h /w";
    await engine.docker(["run", "-d", "--name", "files", "--network", "shop", "busybox", "sh", "-c", serve]);
    using _ = engine.links.change({ container: "files" }, { bandwidth: "8mbit" });
    await engine.world.advance(1_000_000);
    const startUs = engine.kernel.nowUs;
    expect((await engine.docker("exec web wget -qO /dev/null http://files/big")).exitCode).toBe(0);
    const seconds = (engine.kernel.nowUs - startUs) / 1e6;
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThan(1.2);
  });

  it("a partition is silent both ways, and heals", async () => {
    const engine = await pair();
    expect(await roundTrips(engine)).toHaveLength(1);
    const partition = engine.links.partition(["web"], ["db"]);
    expect(await roundTrips(engine, 3)).toHaveLength(0);
    partition.end();
    expect(await roundTrips(engine, 3)).toHaveLength(3);
  });

  it("a connection survives a partition shorter than its patience", async () => {
    const engine = await pair();
    await engine.docker(["exec", "-d", "db", "sh", "-c", "nc -l -p 99 > /got"]);
    const partition = engine.links.partition(["web"], ["db"]);
    const sending = engine.docker(["exec", "web", "sh", "-c", "(sleep 1; echo hello; sleep 8) | nc db 99"]);
    engine.world.clock.after(4_000_000, () => partition.end());
    expect((await sending).exitCode).toBe(0);
    expect((await engine.docker("exec db cat /got")).stdout).toBe("hello\n");
  });

  it("holds for containers that start later, and refuses what is none", async () => {
    const engine = await pair();
    using _ = engine.links.change({ container: "late" }, { latency: "30ms" });
    await engine.docker("run -d --name late --network shop busybox sleep 1000000");
    expect((await roundTrips(engine, 1, "late"))[0]).toBeGreaterThanOrEqual(60);
    expect(() => engine.links.change({}, { cut: true })).toThrow("needs a container, a network, or two containers");
    expect(() => engine.links.change({ network: "shop" }, { loss: 2 })).toThrow("2 is no share");
    expect(() => engine.links.change({ network: "shop" }, { bandwidth: "fast" })).toThrow('"fast" is no rate');
  });
});

describe("captures", () => {
  it("are data, text, and a file", async () => {
    const engine = await pair();
    await engine.docker(["exec", "-d", "db", "nc", "-l", "-p", "99"]);
    using capture = engine.links.capture({ network: "shop" });
    await engine.docker(["exec", "web", "sh", "-c", "echo hi | nc -w 1 172.18.0.3 99"]);
    const lines = capture.text().split("\n");
    const asked = lines.find((line) => line.includes("Request"));
    expect(asked).toMatch(/^00:00:\d\d\.\d{6} ARP, Request who-has 172\.18\.0\.3 tell 172\.18\.0\.2$/);
    expect(lines.filter((line) => /Flags \[S\.?\]/.test(line))).toHaveLength(2);
    expect(lines.some((line) => /172\.18\.0\.2\.\d+ > 172\.18\.0\.3\.99: Flags \[P\.\].*length 3$/.test(line))).toBe(
      true,
    );
    expect(String(capture)).toBe(capture.text());
    const times = capture.frames.map(({ timeUs }) => timeUs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const file = capture.pcap();
    expect([...file.subarray(0, 4)]).toEqual([0xd4, 0xc3, 0xb2, 0xa1]);
    expect(new DataView(file.buffer).getUint32(20, true)).toBe(1);
    const count = capture.frames.length;
    capture.end();
    await engine.docker("exec web ping -c 1 db");
    expect(capture.frames).toHaveLength(count);
  });
});
