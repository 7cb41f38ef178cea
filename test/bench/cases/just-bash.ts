/**
 * A line of shell beside just-bash, which interprets scripts without a kernel below: `echo hi` in an environment that
 * exists, and in one that is made for it.
 */
import { createEngine } from "@bottleship/core/engine";
import { Bash } from "just-bash";
import type { Case } from "../figure.ts";
import { elapsedMs, mediansOf } from "../measure.ts";

const SCRIPT = "echo hi";
const OUTPUT = "hi\n";

export const justBash: Case = async ({ rounds, scale }) => {
  const { containers, exec, images } = createEngine();
  await images.pull("busybox");
  const host = containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] });
  await containers.start(host);
  const bash = new Bash();
  const inContainer = async (): Promise<void> => {
    const session = exec.create(host, { Cmd: ["sh", "-c", SCRIPT] });
    await exec.start(session);
    await exec.wait(session);
    expectOutput(session.output.text());
  };
  const inNewContainer = async (): Promise<void> => {
    const container = containers.create({ Image: "busybox", Cmd: ["sh", "-c", SCRIPT] });
    await containers.start(container);
    await containers.wait(container);
    expectOutput(container.logs.text());
    await containers.remove(container);
  };
  const inBash = async (shell: Bash): Promise<void> => expectOutput((await shell.exec(SCRIPT)).stdout);
  const count = Math.round(1000 * scale);
  const us = (run: () => Promise<void>) => async () => (1000 * (await repeat(count, run))) / count;
  const [ours, theirs] = await mediansOf(
    rounds,
    us(inContainer),
    us(() => inBash(bash)),
  );
  const [oursNew, theirsNew] = await mediansOf(
    rounds,
    us(inNewContainer),
    us(() => inBash(new Bash())),
  );
  return [
    { name: "exec of sh -c 'echo hi' in a container", value: ours, unit: "µs" },
    { name: "just-bash: echo hi in an existing Bash", value: theirs, unit: "µs" },
    { name: "  just-bash to exec", value: theirs / ours, unit: "×", target: { atLeast: 1 } },
    { name: "run --rm of sh -c 'echo hi'", value: oursNew, unit: "µs" },
    { name: "just-bash: echo hi in a new Bash", value: theirsNew, unit: "µs" },
    { name: "  just-bash to run --rm", value: theirsNew / oursNew, unit: "×", target: { atLeast: 1 } },
  ];
};

function repeat(count: number, run: () => Promise<void>): Promise<number> {
  return elapsedMs(async () => {
    for (let i = 0; i < count; i++) await run();
  });
}

function expectOutput(text: string): void {
  if (text !== OUTPUT) throw new Error(`the script printed ${JSON.stringify(text)}`);
}
