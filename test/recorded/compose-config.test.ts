/** What `docker compose config` makes of compose files, and what it refuses: recorded from docker compose 2.40.3. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createEngine } from "@bottleship/core/engine";
import { Volume } from "memfs";
import { describe, expect, it } from "vitest";

interface RecordedConfig {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What came out at other times: the order of Go's maps is random. */
  readonly variants?: { readonly stdout: readonly string[]; readonly stderr: readonly string[] };
}

const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, "compose/config.json"), "utf8")) as {
  readonly directory: string;
  readonly cases: readonly RecordedConfig[];
};

describe("docker compose config", () => {
  for (const one of RECORDED.cases) {
    it(`${one.name}: ${one.args.join(" ")}`, async () => {
      const disk = new Volume();
      for (const [path, text] of Object.entries(one.files)) {
        const full = join(RECORDED.directory, path);
        disk.mkdirSync(dirname(full), { recursive: true });
        disk.writeFileSync(full, text);
      }
      const env = { HOME: "/root", ...one.env };
      const got = await createEngine().docker(["compose", ...one.args], { disk, cwd: RECORDED.directory, env });
      const { stdout = [], stderr = [] } = one.variants ?? {};
      expect([one.stderr, ...stderr].map(untimed)).toContain(untimed(got.stderr));
      expect([one.stdout, ...stdout]).toContain(got.stdout);
      expect(got.exitCode).toBe(one.exitCode);
    });
  }
});

const untimed = (text: string): string => text.replace(/time="[^"]*"/g, 'time="…"');
