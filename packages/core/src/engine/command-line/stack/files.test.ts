/** What `docker stack` makes of variables, and of what exists already. Texts are those of docker 28.5.2. */
import { expect, it } from "vitest";
import { createEngine } from "../../index.ts";

const engine = createEngine({ seed: 7 });

/** What is printed of a file whose only service has these properties, with a value for `$V`. */
async function config(properties: string, V: string, more = "") {
  const stdin = `version: "3.8"\nservices: {web: {image: busybox, ${properties}}}\n${more}`;
  return engine.docker("stack config -c -", { stdin, env: { V } });
}

it.each([
  ["read_only: $V", "On", "read_only: true"],
  ["secrets: [{source: s, mode: $V}]", "012", "mode: 12"],
  ["ports: [{target: 80, published: $V}]", "8080", "published: 8080"],
  ["deploy: {update_config: {max_failure_ratio: $V}}", "0.5", "max_failure_ratio: 0.5"],
])("reads %s as a number or a boolean for %s, and warns of nothing", async (properties, value, line) => {
  const { stdout, stderr } = await config(properties, value);
  expect(stderr).toBe("");
  expect(stdout).toContain(line);
});

it.each([
  ["tty: $V", "1", "services.web.tty: failed to cast to expected type: invalid boolean: 1"],
  [
    "ports: [{target: 80, published: $V}]",
    "8080-8090",
    'services.web.ports.[].published: failed to cast to expected type: strconv.Atoi: parsing "8080-8090": invalid syntax',
  ],
])("refuses %s for %s", async (properties, value, problem) => {
  expect((await config(properties, value)).stderr).toBe(`error while interpolating ${problem}\n`);
});

it("leaves texts without variables, and those that no number is wanted for, as they are", async () => {
  expect((await config('tty: "true"', "")).stderr).toBe("services.web.tty must be a boolean\n");
  expect((await config("init: $V", "true")).stderr).toBe("services.web.init must be a boolean\n");
});

it("names what exists already", async () => {
  const { stdout } = await config("tty: true", "", "volumes: {v: {external: true}, w: {}}\n");
  expect(stdout).toMatch(/volumes:\n {2}v:\n {4}name: v\n {4}external: true\n {2}w: \{\}\n$/);
});
