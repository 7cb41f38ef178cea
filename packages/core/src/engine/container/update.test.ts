import { describe, expect, it } from "vitest";
import { createEngine } from "../index.ts";

const MEBIBYTE = 1 << 20;

/** @see runc libcontainer/cgroups ConvertMemorySwapToCgroupV2Value */
describe("docker update of the limit of memory and swap", () => {
  it.each([
    [0, "unable to set swap limit without memory limit"],
    [64 * MEBIBYTE, "memory+swap limit should be >= memory limit"],
  ])("is refused where it does not go with a limit of memory of %i", async (Memory, why) => {
    const { containers, images } = createEngine();
    await images.pull("busybox");
    const container = containers.create({ Image: "busybox", Cmd: ["sleep", "9"], HostConfig: { Memory } });
    await containers.start(container);
    const update = () => containers.update(container.id, { MemorySwap: 32 * MEBIBYTE });
    expect(update).toThrow(`runc did not terminate successfully: exit status 1: ${why}`);
    expect(container.hostConfig.Memory).toBe(Memory);
  });
});
