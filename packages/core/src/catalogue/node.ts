/** Node.js images. @see https://github.com/nodejs/docker-node */
import { VERSIONS } from "../programs/index.ts";
import { ALPINE_GROUP, ALPINE_PASSWD, alpineSteps } from "./alpine.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { DEBIAN_GROUP, DEBIAN_PASSWD, DEBIAN_PATH, debianSteps } from "./debian.ts";
import { imageOf, instruction } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

/** What is no command or option of the system is given to node. */
const ENTRYPOINT = `#!/bin/sh
set -e

# A first word that is an option, that is no command, or that is a file to be run, is for node.
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
  set -- node "$@"
fi

exec "$@"
`;

export const node = (major: string, base: string) => (): CatalogueImage => {
  const found = VERSIONS.node.find((one) => one.node.startsWith(`${major}.`)) ?? VERSIONS.node[0];
  const steps = base === "alpine" ? alpineSteps() : debianSteps(base);
  const below = steps.find(({ layer }) => layer !== undefined)?.layer;
  const users = new RootFs(below);
  const isAlpine = base === "alpine";
  const [passwd, group] = isAlpine ? [ALPINE_PASSWD, ALPINE_GROUP] : [DEBIAN_PASSWD, DEBIAN_GROUP];
  users.file("etc/passwd", `${passwd}node:x:1000:1000::/home/node:${isAlpine ? "/bin/sh" : "/bin/bash"}\n`);
  users.file("etc/group", `${group}node:x:1000:\n`);
  users.dir("home/node", { uid: 1000, gid: 1000 });
  const runtime = new RootFs(users);
  runtime
    .program("usr/local/bin/node", `node${found.node.split(".")[0]}`)
    .link("usr/local/bin/nodejs", "/usr/local/bin/node");
  const modules = "usr/local/lib/node_modules/npm";
  for (const name of ["npm", "npx"]) {
    runtime.script(
      `${modules}/bin/${name}-cli.js`,
      `#!/usr/bin/env node\n// ${name} ${found.npm}: a stand-in; it holds no code.\n`,
    );
    runtime.link(`usr/local/bin/${name}`, `../lib/node_modules/npm/bin/${name}-cli.js`);
  }
  runtime.file(`${modules}/package.json`, `{ "name": "npm", "version": "${found.npm}" }\n`);
  const entrypoint = new RootFs(runtime).script("usr/local/bin/docker-entrypoint.sh", ENTRYPOINT);
  return imageOf(
    {
      Env: [DEBIAN_PATH, `NODE_VERSION=${found.node}`, "YARN_VERSION=1.22.22"],
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["node"],
    },
    [
      ...steps,
      {
        ...instruction(
          "RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit",
        ),
        layer: users,
      },
      instruction(`ENV NODE_VERSION=${found.node}`),
      { ...instruction("RUN /bin/sh -c install node # buildkit"), layer: runtime },
      instruction("ENV YARN_VERSION=1.22.22"),
      { ...instruction("COPY docker-entrypoint.sh /usr/local/bin/ # buildkit"), layer: entrypoint },
      instruction('ENTRYPOINT ["docker-entrypoint.sh"]'),
      instruction('CMD ["node"]'),
    ],
  );
};
