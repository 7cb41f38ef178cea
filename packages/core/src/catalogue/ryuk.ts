/** testcontainers/ryuk: one program and nothing else. */
import type { CatalogueImage } from "./catalogue-image.ts";
import { imageOf, instruction } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

export const ryuk = (): CatalogueImage =>
  imageOf(
    {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: ["/bin/ryuk"],
      WorkingDir: "/",
      Labels: { "org.testcontainers.ryuk": "true" },
    },
    [
      { ...instruction("COPY ryuk /bin/ryuk # buildkit"), layer: new RootFs().program("bin/ryuk", "ryuk") },
      instruction('CMD ["/bin/ryuk"]'),
    ],
  );
