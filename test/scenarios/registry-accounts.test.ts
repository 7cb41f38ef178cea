/** `docker login`, `logout` and `search`: recorded with Docker 28.5.2 and a web server that answers as a registry. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { expect, it } from "vitest";

const SERVER = "127.0.0.1:18770";
const RESULTS = [
  {
    name: "foo",
    description: "A thing that does foo and whose description is rather longer than the forty-five characters",
    star_count: 12,
    is_official: true,
  },
  { name: "me/foo", description: "two\nlines", star_count: 3, is_official: false },
  { name: "x/y", description: "", star_count: 0, is_official: false },
];

function machine(): Engine {
  const engine = createEngine();
  engine.registries.add(SERVER, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/search") return Response.json({ results: RESULTS });
    return pathname === "/v2/" || pathname === "/v1/_ping" ? Response.json({}) : new Response(null, { status: 404 });
  });
  return engine;
}

const INSECURE = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n";
const UNENCRYPTED = `
WARNING! Your credentials are stored unencrypted in '/root/.docker/config.json'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

`;
const NO_TERMINAL = "Error: Cannot perform an interactive login from a non TTY device\n";

it("logs in, knows who one is the next time, and forgets it", async () => {
  const engine = machine();
  const done = { exitCode: 0, stdout: "Login Succeeded\n" };
  expect(await engine.docker(`login -u a -p b ${SERVER}`)).toEqual({ ...done, stderr: INSECURE + UNENCRYPTED });
  const again = `login -u a --password-stdin ${SERVER}`;
  expect(await engine.docker(again, { stdin: "b\n" })).toEqual({ ...done, stderr: "" });
  expect(engine.logins.get(SERVER)).toEqual({ username: "a", password: "b" });
  const { stderr } = await engine.docker(`login ${SERVER}`);
  expect(stderr).toBe(
    "Authenticating with existing credentials... [Username: a]\n\n" +
      " Info -> To login with a different account, run 'docker logout' followed by 'docker login'\n\n\n",
  );
  const { stdout } = await engine.docker(`logout ${SERVER}`);
  expect(stdout).toBe(`Removing login credentials for ${SERVER}\n`);
  expect((await engine.docker("logout")).stdout).toBe("Removing login credentials for https://index.docker.io/v1/\n");
  expect(await engine.docker(`login ${SERVER}`)).toEqual({ exitCode: 1, stdout: "", stderr: NO_TERMINAL });
});

it.each([
  ["login -u a -p b --password-stdin x", "conflicting options: cannot specify both --password and --password-stdin\n"],
  ["login --password-stdin x", "the --password-stdin option requires --username to be set\n"],
  ["login -u a x", NO_TERMINAL],
  ["login -p b x", INSECURE + NO_TERMINAL],
  ["login", NO_TERMINAL],
  [
    "login -u a -p b 127.0.0.1:1",
    `${INSECURE}Error response from daemon: Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused\n`,
  ],
  [`search --filter x=1 ${SERVER}/foo`, "Error response from daemon: invalid filter 'x'\n"],
  [`search --limit 200 ${SERVER}/foo`, "Error response from daemon: limit 200 is outside the range of [1, 100]\n"],
  [
    `search --format {{.Foo}} ${SERVER}/foo`,
    'template parsing error: template: :1:2: executing "" at <.Foo>: can\'t evaluate field Foo in type *registry.searchContext\n',
  ],
])("refuses: docker %s", async (line, stderr) => {
  expect(await machine().docker(line)).toEqual({ exitCode: 1, stdout: "", stderr });
});

it("searches a registry, in a table, as a template has it, and as JSON", async () => {
  const engine = machine();
  const found = async (options: string): Promise<string> =>
    (await engine.docker(`search ${options} ${SERVER}/foo`)).stdout;
  expect(await found("")).toBe(
    [
      "NAME      DESCRIPTION                                     STARS     OFFICIAL",
      "foo       A thing that does foo and whose description …   12        [OK]",
      "me/foo    two lines                                       3         ",
      "x/y                                                       0         ",
      "",
    ].join("\n"),
  );
  expect(await found("--filter stars=3 --filter is-official=false")).toBe(
    "NAME      DESCRIPTION   STARS     OFFICIAL\nme/foo    two lines     3         \n",
  );
  expect((await found("--format '{{json .}}'")).split("\n")[1]).toBe(
    '{"Description":"two lines","IsOfficial":"false","Name":"me/foo","StarCount":"3"}',
  );
  expect((await found("--no-trunc --format {{.Description}}")).split("\n")[0]).toBe(RESULTS[0]?.description);
});
