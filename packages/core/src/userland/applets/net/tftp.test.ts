import { describe, expect, it } from "vitest";
import { bind, POLLIN, poll, type Routine, recvfrom, type SocketAddress, sendto, socket } from "../../../abi/index.ts";
import { concat, encode } from "../../../lib/index.ts";
import { Busybox } from "../../../testing/busybox.ts";

const CONTENT = "x".repeat(2000);
const [READ, DATA, ACK, ERROR, OPTIONS] = [1, 3, 4, 5, 6];
const packet = (kind: number, number: number, text = ""): Uint8Array =>
  concat([Uint8Array.of(0, kind, number >> 8, number & 0xff), encode(text)]);

/** A server for one transfer, that answers options with these, and tells the sizes of the blocks that it got. */
function* serve(options: string | undefined, blockSize: number, sizes: (number | string)[]): Routine<number> {
  const fd = yield* socket("inet", "dgram");
  yield* bind(fd, { family: "inet", address: "127.0.0.1", port: 69 });
  const { data: request, from } = yield* recvfrom(fd, 600);
  const ask = function* (sent: Uint8Array | undefined): Routine<Uint8Array> {
    if (sent !== undefined) yield* sendto(fd, sent, 0, from as SocketAddress);
    const ready = yield* poll([{ fd, events: POLLIN }], 3_000_000);
    return ready.length === 0 ? new Uint8Array(4) : (yield* recvfrom(fd, 2000)).data;
  };
  const isRead = request[1] === READ;
  const acknowledged = options === undefined ? undefined : concat([Uint8Array.of(0, OPTIONS), encode(options)]);
  let answer: Uint8Array =
    isRead && acknowledged === undefined ? packet(ACK, 0) : yield* ask(acknowledged ?? packet(ACK, 0));
  for (let block = 1; answer[1] !== ERROR; block++) {
    const length = isRead ? Math.min(blockSize, CONTENT.length - (block - 1) * blockSize) : answer.length - 4;
    sizes.push(length);
    if (!isRead && length < blockSize) {
      yield* sendto(fd, packet(ACK, block), 0, from as SocketAddress);
      return 0;
    }
    answer = yield* ask(isRead ? packet(DATA, block, "x".repeat(length)) : packet(ACK, block));
    if (isRead && length < blockSize) return 0;
  }
  sizes.push(`error ${answer[3]}`);
  return 0;
}

const option = (name: string, value: string): string => `${name}\0${value}\0`;

async function transfer(way: "-g" | "-p", options: string | undefined, blockSize: number) {
  const box = new Busybox();
  box.write("/up", CONTENT);
  const sizes: (number | string)[] = [];
  box.kernel.spawn(() => serve(options, blockSize, sizes), { argv: ["tftpd"], files: [] });
  const what = way === "-g" ? "-g -r f -l /got" : "-p -l /up -r f";
  const { stdout, stderr } = await box.sh(`tftp -b 1000 ${what} 127.0.0.1; echo $?; cat /got | wc -c`);
  return {
    code: Number(stdout.split("\n")[0]),
    got: Number(stdout.split("\n")[1]),
    said: stderr.split("\n")[0],
    sizes,
  };
}

describe.each(["-g", "-p"] as const)("tftp %s", (way) => {
  const whole = way === "-g" ? 2000 : 0;

  it("falls back to blocks of 512 bytes with a server that knows no options", async () => {
    const { code, got, said, sizes } = await transfer(way, undefined, 512);
    expect({ code, said, sizes }).toEqual({
      code: 0,
      said: "tftp: falling back to blocksize 512",
      sizes: [512, 512, 512, 464],
    });
    expect(got).toBe(whole);
  });

  it("takes the smaller blocks that a server wants", async () => {
    const { code, got, sizes } = await transfer(way, option("blksize", "600"), 600);
    expect({ code, got, sizes }).toEqual({ code: 0, got: whole, sizes: [600, 600, 600, 200] });
  });

  it("keeps to its own blocks if a server says nothing of them", async () => {
    const { code, got, sizes } = await transfer(way, "tsize\x05\0", 1000);
    expect({ code, got, sizes }).toEqual({ code: 0, got: whole, sizes: [1000, 1000, 0] });
  });

  it.each(["1400", "7"])("refuses blocks of %s bytes, which it has not asked for", async (size) => {
    const { code, said, sizes } = await transfer(way, option("blksize", size), 1000);
    expect({ code, said, sizes }).toEqual({ code: 1, said: `tftp: bad blocksize '${size}'`, sizes: ["error 8"] });
  });
});
