/** Bad input: told in Docker's words with Docker's exit code, and nothing is left behind. */
import { describe, expect, it } from "vitest";
import { docker, inventory, machine } from "./support.ts";

/** Recorded from Docker Engine 28.5.2 on a machine with two processors. */
const REFUSED: readonly (readonly [line: string, exitCode: number, message: string])[] = [
  ["run --bad busybox", 125, "unknown flag: --bad"],
  ["run --memory x busybox", 125, `invalid argument "x" for "-m, --memory" flag: invalid size: 'x'`],
  ["run", 1, "docker: 'docker run' requires at least 1 argument"],
  ["frobnicate", 1, "docker: unknown command: docker frobnicate"],
  ["stop nobody", 1, "Error response from daemon: No such container: nobody"],
  ["rm nobody", 1, "Error response from daemon: No such container: nobody"],
  ["inspect nobody", 1, "Error: No such object: nobody"],
  [
    "run -w relative busybox",
    125,
    "docker: Error response from daemon: the working directory 'relative' is invalid, it needs to be an absolute path",
  ],
  [
    "run --restart foo busybox",
    125,
    "docker: Error response from daemon: invalid restart policy: unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
  ],
  [
    "run --cpus 100 busybox",
    125,
    "docker: Error response from daemon: range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
  ],
  [
    "run -w /etc/passwd busybox",
    125,
    "docker: Error response from daemon: Cannot mkdir: /etc/passwd is not a directory",
  ],
  ["run -w /etc/passwd/x/y busybox", 125, "merged/etc/passwd/x: not a directory"],
  ["run -m 1m busybox", 125, "docker: Error response from daemon: Minimum memory limit allowed is 6MB"],
  ["run -v /a:/x:bad busybox", 125, "docker: Error response from daemon: invalid mode: bad"],
  [
    "run --mount type=bind,src=/nope,dst=/x busybox",
    125,
    'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /nope',
  ],
  ["create -v /data --link nosuch:x busybox true", 1, "could not get container for nosuch: No such container: nosuch"],
  ["create -v /data --volumes-from nosuch busybox", 1, "No such container: nosuch"],
  ["run --stop-signal FOO busybox", 125, "docker: Error response from daemon: invalid signal: FOO"],
  [
    "run --cap-add FOO busybox",
    125,
    'docker: Error response from daemon: invalid CapAdd: unknown capability: "CAP_FOO"',
  ],
  [
    "run --name taken busybox",
    125,
    'docker: Error response from daemon: Conflict. The container name "/taken" is already in use by container',
  ],
];

describe("bad input", () => {
  it.each(REFUSED)("docker %s", async (line, exitCode, message) => {
    const engine = await machine({ machine: { cpus: 2 } });
    await docker(engine, "create --name taken busybox");
    const before = await inventory(engine);
    const result = await engine.docker(line);
    expect(result.stderr).toContain(message);
    expect(result.exitCode).toBe(exitCode);
    expect(await inventory(engine)).toBe(before);
  });

  it("a volume before a mistake, which stays", async () => {
    const engine = await machine();
    const { exitCode, stderr } = await engine.docker("run -v before:/x -v /a:/y:bad -v after:/z busybox");
    expect([exitCode, stderr.split("\n")[0]]).toEqual([125, "docker: Error response from daemon: invalid mode: bad"]);
    expect(await docker(engine, "volume ls -q")).toBe("before\n");
    await docker(engine, "volume rm before");
  });

  it("an image that nobody has", async () => {
    const engine = await machine();
    const before = await inventory(engine);
    const { exitCode, stderr } = await engine.docker("run nosuchimage");
    expect(exitCode).toBe(125);
    expect(stderr).toBe(
      "Unable to find image 'nosuchimage:latest' locally\n" +
        "docker: Error response from daemon: pull access denied for nosuchimage, repository does not exist or may require 'docker login': denied: requested access to the resource is denied\n" +
        "\nRun 'docker run --help' for more information\n",
    );
    expect(await inventory(engine)).toBe(before);
  });

  it("a failed start keeps the container, says why, and a removal takes everything away", async () => {
    const engine = await machine();
    const before = await inventory(engine);
    expect((await engine.docker("run --name failed busybox nosuchprogram")).exitCode).toBe(127);
    expect(await docker(engine, "inspect -f '{{.State.Status}} {{.State.ExitCode}}' failed")).toBe("created 127\n");
    await docker(engine, "rm failed");
    expect(await inventory(engine)).toBe(before);
    expect(engine.kernel.cgroups.children.get("docker")?.children.size ?? 0).toBe(0);
  });
});

describe("a word that every object of JavaScript knows", () => {
  const lines = [
    "create --health-interval 5WORD busybox",
    ...["ps --filter WORD=1", "volume ls --filter WORD=1", "buildx prune --force --filter WORD", "top web -o WORD"],
    ...["stats --no-stream --format {{.WORD}} web", "inspect --format {{.WORD}} web", "volume create --opt WORD=1"],
    ...["run --rm --restart WORD busybox", "run --rm --mount type=WORD,dst=/x busybox", "network create -o WORD=1 net"],
  ];
  const scripts = [
    "strings -t WORD /etc/passwd",
    ...["dd WORD=1", "dd conv=WORD", "df -B WORD", "mount -o WORD none /mnt", "find / -maxdepth 0 -type WORD"],
    ...["ip addr add 10.0.0.1 dev lo scope WORD", "unshare --propagation=WORD true", "cat /sys/fs/cgroup/WORD"],
    ...["case a in [[:WORD:]]) echo yes;; *) echo no;; esac", "echo a | tr '[:WORD:]' b", "WORD", "kill -s WORD 1"],
  ];

  const all = [
    ...lines.map((line) => line.split(" ")),
    ...scripts.map((script) => ["exec", "web", "sh", "-c", script]),
  ];

  async function told(given: string): Promise<readonly string[]> {
    const engine = await machine();
    await docker(engine, "run -d --name web busybox sleep 1000");
    const answers: string[] = [];
    for (const words of all) {
      const { exitCode, stdout, stderr } = await engine.docker(words.map((one) => one.replaceAll("WORD", given)));
      const text = `${exitCode} ${stdout}${stderr}`.replaceAll(given, "WORD").replaceAll(given.toLowerCase(), "WORD");
      answers.push(`${words.join(" ")}: ${text}`);
    }
    return answers;
  }

  it.each(["constructor", "toString", "__proto__"])("means as little as any other: %s", async (word) => {
    expect(await told(word)).toEqual(await told("nonsense"));
  });
});
