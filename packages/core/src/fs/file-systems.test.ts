import { mkdir, mount, type Routine } from "../abi/index.ts";
import { describeFileSystem, put } from "../testing/describe-file-system.ts";

describeFileSystem("tmpfs", async (machine) => {
  await machine.run(function* () {
    yield* mkdir("/m");
    yield* mount("tmpfs", "/m", "tmpfs");
  });
  return "/m";
});

describeFileSystem("the machine's disk", async (machine) => {
  await machine.run(() => mkdirOnly("/m"));
  return "/m";
});

describeFileSystem("overlay over an empty layer", async (machine) => {
  await machine.run(function* () {
    for (const path of ["/l", "/u", "/w", "/m"]) yield* mkdir(path);
    yield* mount("overlay", "/m", "overlay", 0, "lowerdir=/l,upperdir=/u,workdir=/w");
  });
  return "/m";
});

describeFileSystem("overlay in a directory that exists in two layers", async (machine) => {
  await machine.run(function* () {
    for (const path of ["/l1", "/l2", "/u", "/w", "/m", "/l1/d", "/l2/d"]) yield* mkdir(path);
    yield* put("/l1/other", "x");
    yield* mount("overlay", "/m", "overlay", 0, "lowerdir=/l1:/l2,upperdir=/u,workdir=/w");
    yield* mkdir("/m/d/fresh");
  });
  return "/m/d/fresh";
});

function* mkdirOnly(path: string): Routine<void> {
  yield* mkdir(path);
}
