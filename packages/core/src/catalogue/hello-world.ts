/** hello-world: one program and nothing else. */
import type { CatalogueImage } from "./catalogue-image.ts";
import { DEBIAN_PATH } from "./debian.ts";
import { imageOf, instruction } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

export const helloWorld = (): CatalogueImage =>
  imageOf({ Env: [DEBIAN_PATH], Cmd: ["/hello"], WorkingDir: "/" }, [
    { ...instruction("COPY hello / # buildkit"), layer: new RootFs().program("hello", "hello") },
    instruction('CMD ["/hello"]'),
  ]);
