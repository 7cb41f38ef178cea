/** mkswap: make a file or device an area to swap to. @see mkswap(8), include/linux/swap.h: union swap_header */
import { fsync, O_WRONLY, PAGE_SIZE, pwrite } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { randomUuid, uuidText } from "../../uuid.ts";
import { volumeSize } from "./volume-size.ts";

const MAGIC = "SWAPSPACE2";
/** Behind the boot block: version, last page, bad pages, UUID, label. */
const HEAD = { at: 1024, bytes: 516, version: 0, lastPage: 4, uuid: 12, label: 28 } as const;
const MOST_OF_LABEL = 15;

export const mkswap: Applet = function* (io) {
  const options = yield* getopt(io, "L:");
  const [path, size] = options.operands;
  if (path === undefined) return yield* showUsage(io);
  const fd = yield* openOrDie(io, path, O_WRONLY);
  const length = (yield* volumeSize(io, fd, size, { extends: true })) - PAGE_SIZE;
  yield* io.out.line(`Setting up swapspace version 1, size = ${length} bytes`);
  const uuid = yield* randomUuid();
  yield* io.out.line(`UUID=${uuidText(uuid)}`);
  // The boot block is emptied, so that nobody takes the area for what it was.
  const block = new Uint8Array(HEAD.at + HEAD.bytes);
  const head = new DataView(block.buffer, HEAD.at);
  head.setUint32(HEAD.version, 1, true);
  head.setUint32(HEAD.lastPage, Math.floor(length / PAGE_SIZE), true);
  block.set(uuid, HEAD.at + HEAD.uuid);
  block.set(encode(options.value("L") ?? "").subarray(0, MOST_OF_LABEL), HEAD.at + HEAD.label);
  yield* pwrite(fd, block, 0);
  yield* pwrite(fd, encode(MAGIC), PAGE_SIZE - MAGIC.length);
  yield* fsync(fd);
  return 0;
};
