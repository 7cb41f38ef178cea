/**
 * The world that the tests of testcontainers-node want: what their image does, written anew, on the world's Docker Hub.
 *
 *     bottleship serve --host unix:///tmp/bottleship.sock --setup test/conformance/testcontainers-world.mjs
 */
import { bind, recvfrom, socket, write } from "@bottleship/core/abi";
import { addDockerHub, dockerHub } from "@bottleship/core/catalogue";
import { concat, encode } from "@bottleship/core/lib";
import { asyncProgram, serve } from "@bottleship/core/programs";

const USER = "cristianrgreco";
const TAGS = ["1.1.12", "1.1.13", "1.1.14"];
const DOCKERFILE = `FROM node:10-alpine
EXPOSE 8080
RUN apk add --no-cache curl dumb-init libcap openssl
RUN npm init -y && npm install express@4.16.4
COPY index.js .
ENTRYPOINT ["/usr/bin/dumb-init", "--"]
CMD ["node", "index.js"]
`;

/** alpine/socat, as far as it forwards ports: `socat TCP-LISTEN:8080,fork,reuseaddr TCP:HOST:PORT`. */
const SOCAT = `#!/bin/sh
port="\${1#TCP-LISTEN:}"
target="\${2#TCP:}"
exec nc -ll -p "\${port%%,*}" -e nc "\${target%:*}" "\${target##*:}"
`;
const SOCAT_DOCKERFILE = `FROM alpine
COPY --chmod=755 socat /usr/bin/socat
ENTRYPOINT ["socat"]
`;

const json = (value) => new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });

async function answer(request, p) {
  const { pathname } = new URL(request.url);
  if (pathname === "/hello-world" || pathname === "/hello-world-post") return new Response("hello-world");
  if (pathname === "/hello-world-delay") {
    await p.sleep("3s");
    return new Response("hello-world");
  }
  if (pathname === "/env") return json(Object.fromEntries(p.env));
  if (pathname === "/cmd") return json(["/usr/local/bin/node", ...p.argv]);
  if (pathname === "/auth") {
    const isRight = request.headers.get("authorization") === `Basic ${btoa("user:pass")}`;
    return new Response(null, { status: isRight ? 200 : 401 });
  }
  const [, header] = /^\/header-or-400\/(.*)$/.exec(pathname) ?? [];
  if (header === undefined) return new Response("Not Found", { status: 404 });
  return new Response(null, { status: request.headers.has(header) ? 200 : 400 });
}

/** The files are there; nothing of them is a certificate. */
async function makeCertificate(p) {
  for (const option of ["-keyout", "-out"]) await p.writeFile(p.argv[p.argv.indexOf(option) + 1], `${option}\n`);
}

/** mendhak/udp-listener: it says what it hears. */
function* hear() {
  const fd = yield* socket("inet", "dgram");
  yield* bind(fd, { family: "inet", address: "0.0.0.0", port: 5005 });
  yield* write(1, encode("Listening on UDP port 5005\n"));
  for (;;) {
    const { data } = yield* recvfrom(fd, 65_536);
    yield* write(1, concat([data, encode("\n")]));
  }
}

export default async function setUp(engine) {
  engine.programs.script("index.js", serve(answer, { port: 8080, banner: (port) => `Listening on port ${port}` }));
  engine.programs.register("openssl", asyncProgram(makeCertificate));
  engine.packages.node.add({ name: "express", version: "4.16.4" });
  const hub = dockerHub({ users: { [USER]: "secret" } });
  addDockerHub(engine.registries, hub);
  engine.logins.set("registry-1.docker.io", { username: USER, password: "secret" });
  for (const tag of TAGS) {
    const name = `${USER}/testcontainer:${tag}`;
    await engine.build({
      context: { files: { "index.js": `// ${tag}\n` } },
      dockerfile: `${DOCKERFILE}LABEL version=${tag}\n`,
      tags: [name],
    });
    const { exitCode, stderr } = await engine.docker(`push ${name}`);
    if (exitCode !== 0) throw new Error(stderr);
    await engine.docker(`rmi ${name}`);
  }
  engine.logins.clear();
  await engine.docker("builder prune -af");
  await engine.docker("image prune -af");
  await engine.build({
    context: { files: { socat: SOCAT } },
    dockerfile: SOCAT_DOCKERFILE,
    tags: ["alpine/socat:latest", "alpine/socat:1.7.4.3-r0"],
  });
  engine.images.define("mendhak/udp-listener", { program: hear, expose: ["5005/udp"] });
}
