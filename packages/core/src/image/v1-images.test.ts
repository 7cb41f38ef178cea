import { expect, it } from "vitest";
import { decode, encode } from "../lib/index.ts";
import { type Digest, digestOf, goJson } from "../oci/index.ts";
import { v1Images } from "./v1-images.ts";

const imageOf = (config: object, diff_ids: readonly Digest[]) => {
  const rootfs = { type: "layers" as const, diff_ids };
  return { document: encode(goJson({ ...config, history: [{ created_by: "no matter" }], rootfs })), rootfs };
};
const BUSYBOX = "sha256:01833d4ee8e408bf2cae0be2608eacdb7c3506d6fb579dbcf6a17f82a3549482";

/** Of an image that the older builder of Docker 28.5.2 has made. */
const CLASSIC = imageOf(
  {
    architecture: "amd64",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: ["sh"],
      Image: "sha256:919f0b96394a29cc97fa25d1e3a6eabfd913c7e1fa3e50fd55819f7bb2552514",
      Labels: { a: "b" },
    },
    container: "bd9ea2c5085df3cf26c1ae99cd67fc59724483ea49befefe48057c74f56296bd",
    container_config: {
      Hostname: "bd9ea2c5085d",
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: ["/bin/sh", "-c", "#(nop) ", 'CMD ["sh"]'],
      Image: "sha256:919f0b96394a29cc97fa25d1e3a6eabfd913c7e1fa3e50fd55819f7bb2552514",
      Labels: { a: "b" },
    },
    created: "2026-11-22T08:39:36.312452664Z",
    docker_version: "28.5.2+dfsg4",
    os: "linux",
  },
  [
    BUSYBOX,
    "sha256:3594d5f8b20a333e101f72ecc9af3197e994e388398a83499cacb2b6b4fe191a",
    "sha256:b1bfa5ae7aeccc816818e3e01cf43d9aca73e5a6e6cae3bb118f5d3a0c273d9d",
  ],
);

/** Of one that BuildKit has made, with everything that a Dockerfile can say. */
const FULL = imageOf(
  {
    architecture: "amd64",
    author: "me",
    config: {
      User: "1:2",
      ExposedPorts: { "80/tcp": {}, "443/udp": {} },
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=<b>"],
      Entrypoint: ["sh"],
      Cmd: ["/bin/ash", "-c", "a & b"],
      Volumes: { "/v": {} },
      WorkingDir: "/w",
      Labels: { z: "1", a: "b" },
      StopSignal: "SIGINT",
      ArgsEscaped: true,
      Healthcheck: { Interval: 5e9, Test: ["CMD-SHELL", "true"] },
      OnBuild: ["RUN x"],
      Shell: ["/bin/ash", "-c"],
    },
    created: "2026-11-22T08:41:27.521997862Z",
    os: "linux",
  },
  [
    BUSYBOX,
    "sha256:433fd9ed0fccc3b3620c9e4da1f5e2675c34b42734c9aea57f022374dfa84c37",
    "sha256:9097df9b19b2109a24e61671de2df1a621c3829008e5b43934608f33289523d5",
    "sha256:5d1d1f1cc4971a239bd14eb06cfb00beef76a499121f47e81e135d96f67bc3c0",
  ],
);

it("the lowest layer's is the same whatever the image says", () => {
  const [lowest] = v1Images(FULL.document, { os: "linux", rootfs: FULL.rootfs });
  expect(decode(lowest ?? encode(""))).toBe(
    '{"id":"e7cd878d0de8c4f1e5e7b0a87c701b3b9090f74189a4147a02648fea48b08d5d","created":"1970-01-01T00:00:00Z","container_config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"os":"linux"}',
  );
});

it.each([
  ["the older builder", CLASSIC, ["1431c3f7ffc7", "cdbdcd356944", "13116610a622"]],
  ["BuildKit", FULL, ["1431c3f7ffc7", "718dfc9ea204", "508d7db7bbe4", "3dfbeab89968"]],
] as const)("documents of an image of %s are Docker's, byte for byte", (_builder, { document, rootfs }, digests) => {
  const found = v1Images(document, { os: "linux", rootfs }).map((one) => digestOf(one).slice(7, 19));
  expect(found).toEqual(digests);
});
