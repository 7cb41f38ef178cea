// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
/** What becomes of empty fields. Seen with the ash of busybox 1.37 on a real engine. */
import { describe, expect, it } from "vitest";
import { Busybox } from "../../testing/busybox.ts";

const SETUP = "f() { printf '%s:' $#; for a; do printf '[%s]' \"$a\"; done; echo; }; empty=; x=1; sp=' '";

async function shown(parameters: string, words: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const lines = words.map((word) => `set -- ${parameters}; f ${word}`);
  const { stdout } = await new Busybox().sh([SETUP, ...lines].join("\n"));
  const results = stdout.trimEnd().split("\n");
  return Object.fromEntries(words.map((word, i) => [word, results[i] ?? ""]));
}

describe('an empty parameter of "$@"', () => {
  it("is lost if it is last and what is split comes after it, as long as that is set", async () => {
    const expected = {
      '"$@"$empty': "0:",
      '"$@"$(:)': "0:",
      '"$@"${x#1}': "0:",
      '"$@"${empty:+x}': "0:",
      '"$@"$@': "0:",
      '"$@"$empty$sp': "0:",
      '"$@"$unset$empty': "0:",
      '$empty"$@"': "1:[]",
      '"$@"$unset': "1:[]",
      '"$@"${unset#a}': "1:[]",
      '"$@"${empty:-}': "1:[]",
      '"$@"$sp': "1:[]",
      '"$@"$empty"$@"': "1:[]",
    };
    expect(await shown("''", Object.keys(expected))).toEqual(expected);
  });

  it("is kept by any other quotes in its field", async () => {
    const expected = {
      "\"$@\"''$empty": "1:[]",
      '"$empty$@"$empty': "1:[]",
      '"${@:-}"$empty': "1:[]",
      '"$*"$empty': "1:[]",
    };
    expect(await shown("''", Object.keys(expected))).toEqual(expected);
  });

  it("leaves the fields before it", async () => {
    const expected = { '"$@"$empty': "1:[a]", '"$@"$empty b': "2:[a][b]", '"$@"': "2:[a][]" };
    expect(await shown("a ''", Object.keys(expected))).toEqual(expected);
  });
});

it('quotes with nothing between them are the message of "${x:?""}"', async () => {
  const box = new Busybox();
  const said = async (word: string) => (await box.sh(`echo "${word}"`)).stderr;
  expect(await said('${z:?""}')).toMatch(/ z: \n$/);
  expect(await said("${z:?}")).toMatch(/ z: parameter not set or null\n$/);
});
