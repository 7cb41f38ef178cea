/** How fast one process can hand bytes to another. */
import { read, write } from "@bottleship/core/abi";
import type { Case } from "../figure.ts";
import { BenchMachine } from "../machine.ts";
import { elapsedMs, medianOf } from "../measure.ts";

const WRITE_BYTES = 4096;
const READ_BYTES = 65_536;

export const pipe: Case = async ({ rounds, scale }) => {
  const machine = new BenchMachine();
  const writes = Math.round(32_768 * scale);
  const ms = await medianOf(rounds, () => elapsedMs(() => machine.finish(connect(machine, writes))));
  const megabytes = (writes * WRITE_BYTES) / 1e6;
  return [{ name: "pipe, writes of 4 KiB", value: megabytes / (ms / 1000), unit: "MB/s", target: { atLeast: 1000 } }];
};

/** A writer and a reader that checks that everything arrives. */
function connect(machine: BenchMachine, writes: number) {
  const [readEnd, writeEnd] = machine.kernel.pipes.pipe(0, 0, 0);
  const chunk = new Uint8Array(WRITE_BYTES).fill(7);
  const writer = machine.spawn(
    function* () {
      for (let i = 0; i < writes; i++) yield* write(0, chunk);
      return 0;
    },
    { files: [writeEnd] },
  );
  const reader = machine.spawn(
    function* () {
      let total = 0;
      for (let bytes = yield* read(0, READ_BYTES); bytes.length > 0; bytes = yield* read(0, READ_BYTES)) {
        total += bytes.length;
      }
      return total === writes * WRITE_BYTES ? 0 : 1;
    },
    { files: [readEnd] },
  );
  return [writer, reader];
}
