import { describe, expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";
import { docker } from "../../testing/container-box.ts";
import { RedisStore } from "./redis-store.ts";
import { commandBytes, RespReader, replyBytes } from "./resp.ts";

async function running(image: string, ...flags: readonly string[]) {
  const engine = createEngine();
  await docker(engine, ["run", "-d", "--name", "one", ...flags, image]);
  await engine.world.advance(5e6);
  return {
    engine,
    sh: async (script: string) => (await engine.docker(["exec", "one", "sh", "-c", script])).stdout,
    logs: async () => {
      const { stdout, stderr } = await engine.docker("logs one");
      return stdout + stderr;
    },
  };
}
const CURL = "apt-get update -qq; apt-get install -yqq curl >/dev/null 2>&1; ";

describe("httpd", () => {
  it("serves its document root with a log, and stops gracefully on SIGWINCH", async () => {
    const { engine, sh, logs } = await running("httpd:2.4");
    expect(
      await sh(
        `${CURL}curl -s localhost; curl -s -o /dev/null -w '%{http_code} ' localhost/none; echo new > htdocs/x.txt; curl -s localhost/x.txt; curl -sI localhost/x.txt | grep -i '^content-type'`,
      ),
    ).toBe("<html><body><h1>It works!</h1></body></html>\n404 new\nContent-Type: text/plain\r\n");
    await docker(engine, ["stop", "one"]);
    const log = await logs();
    expect(log).toMatch(/127\.0\.0\.1 - - \[01\/Jan\/2025:[\d:]+ \+0000\] "GET \/ HTTP\/1\.1" 200 45\n/);
    expect(log).toContain("AH00489: Apache/2.4.62 (Unix) configured -- resuming normal operations");
    expect(log).toContain("AH00492: caught SIGWINCH, shutting down gracefully");
    expect(await docker(engine, ["inspect", "-f", "{{.State.ExitCode}}", "one"])).toBe("0\n");
  });
});

describe("nginx", () => {
  it("configures itself with its entry script and serves", async () => {
    const { sh, logs } = await running("nginx");
    expect(await sh(`${CURL}curl -s localhost | grep title; curl -s localhost/none | head -1`)).toBe(
      "<title>Welcome to nginx!</title>\n<html>\r\n",
    );
    expect(await logs()).toContain("/docker-entrypoint.sh: Configuration complete; ready for start up\n");
  });

  it("understands locations, redirects, try_files and proxies", async () => {
    const { sh } = await running("nginx");
    const config = `server { listen 80; root /srv;
      location = /exact { return 200 "exact\\n"; }
      location /old { return 301 /new; }
      location /api/ { proxy_pass http://127.0.0.1:81/v1/; }
      location ~ \\.php$ { return 403; }
      location / { try_files $uri /index.html =404; } }`;
    await sh(`echo '${config}' > /etc/nginx/conf.d/default.conf; echo app > /srv/index.html; ${CURL}`);
    await sh("sed 's/listen 80/listen 82/' -i /etc/nginx/conf.d/default.conf; nginx & sleep 0.2");
    const answers = await sh(
      "for p in /exact /any/thing /a.php /api/x; do curl -s -w '%{http_code}\\n' -o /tmp/b localhost:82$p; head -1 /tmp/b; done; curl -sI localhost:82/old | grep -i location",
    );
    expect(answers.replaceAll("\r", "").replaceAll(/<html>\n/g, "")).toBe(
      "200\nexact\n200\napp\n403\n502\nLocation: /new\n",
    );
  });

  it("refuses a broken configuration", async () => {
    const { sh } = await running("nginx");
    expect(
      await sh(
        "nginx -t 2>&1; echo 'frob 1;' >> /etc/nginx/nginx.conf; nginx -t 2>&1 | tail -2; echo 'x {' > /etc/nginx/nginx.conf; nginx -t 2>&1 | grep -c 'unexpected end of file'",
      ),
    ).toBe(
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\nnginx: [emerg] unknown directive "frob" in /etc/nginx/nginx.conf:24\nnginx: configuration file /etc/nginx/nginx.conf test failed\n2\n',
    );
  });
});

describe("redis", () => {
  it("says that it is ready, answers redis-cli, and keeps its keys in its volume", async () => {
    const { engine, sh, logs } = await running("redis", "-v", "keys:/data");
    expect(
      await sh(
        "redis-cli SET a 1 EX 100; redis-cli INCR a; redis-cli TTL a; redis-cli LPUSH l x y; redis-cli LRANGE l 0 -1; redis-cli GET none; redis-cli FROB x; id -un",
      ),
    ).toBe(
      "OK\n2\n100\n2\ny\nx\n\nERR unknown command 'FROB', with args beginning with: 'x' \n\nroot\n".replace(
        "\n\nroot",
        "\nroot",
      ),
    );
    expect(await logs()).toMatch(/1:M 01 Jan 2025 00:00:00\.\d{3} \* Ready to accept connections tcp\n$/);
    await docker(engine, ["stop", "one"]);
    expect(await logs()).toContain("Redis is now ready to exit, bye bye...");
    await docker(engine, ["run", "-d", "--name", "two", "-v", "keys:/data", "redis"]);
    await engine.world.advance(200e6);
    expect(await docker(engine, ["exec", "two", "redis-cli", "KEYS", "*"])).toBe("l\n");
  });

  it("answers commands as Redis does", () => {
    const store = new RedisStore();
    const ask = (text: string, nowUs = 0) => new TextDecoder().decode(replyBytes(store.run(text.split(" "), nowUs)));
    const cases = [
      ["SET k v NX", "+OK\r\n"],
      ["SET k w NX", "$-1\r\n"],
      ["SET k w GET", "$1\r\nv\r\n"],
      ["APPEND k xyz", ":4\r\n"],
      ["INCR k", "-ERR value is not an integer or out of range\r\n"],
      ["LPUSH k x", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"],
      ["GET", "-ERR wrong number of arguments for 'get' command\r\n"],
      ["HSET h a 1 b 2", ":2\r\n"],
      ["HGETALL h", "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n"],
      ["HINCRBY h a 5", ":6\r\n"],
      ["SADD s 1 2 2", ":2\r\n"],
      ["KEYS [hs]", "*2\r\n$1\r\nh\r\n$1\r\ns\r\n"],
      ["SREM s 1 2", ":2\r\n"],
      ["EXISTS s h", ":1\r\n"],
      ["EXPIRE h 10", ":1\r\n"],
      ["TYPE h", "+hash\r\n"],
    ] as const;
    for (const [command, reply] of cases) expect([command, ask(command)]).toEqual([command, reply]);
    expect([ask("PTTL h", 4e6), ask("GET h", 11e6), ask("DBSIZE", 11e6)]).toEqual([":6000\r\n", "$-1\r\n", ":1\r\n"]);
  });

  it("reads commands that come in pieces, pipelined and inline", () => {
    const reader = new RespReader();
    const bytes = commandBytes(["SET", "k", "a\r\nb"]);
    reader.push(bytes.subarray(0, 9));
    expect(reader.command()).toBeUndefined();
    reader.push(bytes.subarray(9));
    reader.push(new TextEncoder().encode("PING\r\nGET k\r\n"));
    expect([reader.command(), reader.command(), reader.command(), reader.command()]).toEqual([
      ["SET", "k", "a\r\nb"],
      ["PING"],
      ["GET", "k"],
      undefined,
    ]);
  });
});

describe("postgres", () => {
  it("refuses to start without a password", async () => {
    const engine = createEngine();
    const ran = await engine.docker("run postgres");
    expect([
      ran.exitCode,
      ran.stderr.includes(
        "Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD",
      ),
    ]).toEqual([1, true]);
  });

  it("starts twice the first time and once the next, and lets in who knows the password", async () => {
    const { engine, sh, logs } = await running("postgres", "-e", "POSTGRES_PASSWORD=secret", "-e", "POSTGRES_DB=shop");
    const log = await logs();
    expect(log.match(/database system is ready to accept connections/g)).toHaveLength(2);
    expect(log).toContain("\nPostgreSQL init process complete; ready for start up.\n");
    expect(
      await sh(
        "pg_isready; pg_isready -h 127.0.0.1 -p 1; echo $?; psql -U postgres -tAc 'select 1+1' shop; PGPASSWORD=secret psql -h 127.0.0.1 -U postgres -tAc 'select current_database()' shop; PGPASSWORD=no psql -h 127.0.0.1 -U postgres shop -c 'select 1' 2>&1; psql -U postgres -c 'select * from x' 2>&1",
      ),
    ).toBe(
      '/var/run/postgresql:5432 - accepting connections\n127.0.0.1:1 - no response\n2\n2\nshop\npsql: error: connection to server failed: FATAL:  password authentication failed for user "postgres"\nERROR:  relation "x" does not exist\n',
    );
    await docker(engine, ["restart", "one"]);
    await engine.world.advance(2e6);
    expect(await logs()).toContain(
      "PostgreSQL Database directory appears to contain a database; Skipping initialization",
    );
    expect(await sh("psql -U postgres -lqt 2>/dev/null; pg_isready -q; echo $?")).toContain("0\n");
  });
});
