/** What a project's tests do with testcontainers; in a process of its own, which leaves a container behind. */
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";

const { GenericContainer, Network, Wait } = createRequire(join(process.env.TESTCONTAINERS_PREFIX, "x.js"))(
  "testcontainers",
);
const told = {};
// The library lets go of the connection that logs come on: a process that only waits for them would end before they are there.
setInterval(() => {}, 1000);

/** Says a line to a port, and resolves to the first that comes back. */
function ask(host, port, line) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => socket.write(`${line}\r\n`));
    socket.once("data", (chunk) => {
      socket.destroy();
      resolve(chunk.toString().trim());
    });
    socket.once("error", reject);
  });
}

const redis = await new GenericContainer("redis:7").withExposedPorts(6379).start();
told.ping = await ask(redis.getHost(), redis.getMappedPort(6379), "PING");
told.exec = (await redis.exec(["redis-cli", "SET", "a", "1"])).output.trim();
await redis.stop();

const postgres = await new GenericContainer("postgres:17")
  .withEnvironment({ POSTGRES_PASSWORD: "secret" })
  .withExposedPorts(5432)
  .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
  .start();
told.sql = (await postgres.exec(["psql", "-U", "postgres", "-Atc", "SELECT 6 * 7"])).output.trim();
await postgres.stop();

const network = await new Network().start();
const web = await new GenericContainer("nginx")
  .withNetwork(network)
  .withNetworkAliases("web")
  .withCopyContentToContainer([{ content: "copied", target: "/usr/share/nginx/html/copy.txt" }])
  .withExposedPorts(80)
  .withWaitStrategy(Wait.forHttp("/", 80))
  .start();
told.http = await (await fetch(`http://${web.getHost()}:${web.getMappedPort(80)}/copy.txt`)).text();
const client = await new GenericContainer("busybox")
  .withNetwork(network)
  .withCommand(["wget", "-qO-", "http://web/copy.txt"])
  .withWaitStrategy(Wait.forOneShotStartup())
  .start();
told.alias = (await (await client.logs()).toArray()).join("").trim();
await web.stop();

const left = await new GenericContainer("busybox").withCommand(["sleep", "1000"]).start();
told.left = left.getId();
console.log(JSON.stringify(told));
process.exit(0);
