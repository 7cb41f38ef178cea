/** The page of packages/web in headless Chromium: it pulls, builds, runs, and requests a published port. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageMachine } from "../../packages/web/src/machine.ts";

const CONFIG = join(import.meta.dirname, "../../packages/web/vite.config.ts");
const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const executablePath = (process.env["PATH"] ?? "")
  .split(":")
  .flatMap((directory) => NAMES.map((name) => join(directory, name)))
  .find((path) => existsSync(path));

const title = executablePath === undefined ? "the page (skipped: there is no Chromium on PATH)" : "the page";

describe.skipIf(executablePath === undefined)(title, () => {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-page-"));
  const problems: string[] = [];
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await build({ configFile: CONFIG, logLevel: "error", build: { outDir: directory } });
    server = await preview({
      configFile: CONFIG,
      build: { outDir: directory },
      preview: { port: 0, host: "127.0.0.1" },
    });
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox"] });
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => (message.type() === "error" ? problems.push(message.text()) : undefined));
    await page.goto(server.resolvedUrls?.local[0] ?? "");
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(directory, { recursive: true });
  });

  /** What the terminal shows, scrolled off lines as well. */
  function shown(): Promise<string> {
    return page.evaluate(() => {
      const { terminal } = (globalThis as unknown as { readonly bottleship: PageMachine }).bottleship;
      const { active } = terminal.buffer;
      const line = (at: number): string => active.getLine(at)?.translateToString(true) ?? "";
      const isWrapped = (at: number): boolean => active.getLine(at)?.isWrapped ?? false;
      let text = "";
      for (let at = 0; at < active.length; at++) text += `${at > 0 && !isWrapped(at) ? "\n" : ""}${line(at)}`;
      return text.trimEnd();
    });
  }

  async function screen(pattern: RegExp): Promise<string> {
    await expect.poll(shown, { timeout: 60_000, interval: 100 }).toMatch(pattern);
    return await shown();
  }

  /** Types a line; resolves to what is shown when its mark is echoed. */
  async function type(line: string): Promise<string> {
    const mark = `done-${Math.floor(performance.now())}`;
    const before = (await shown()).length;
    await page.click("#terminal");
    await page.keyboard.type(`${line}; echo ${mark.replace("-", "'-'")}`);
    await page.keyboard.press("Enter");
    return (await screen(new RegExp(`^${mark}`, "m"))).slice(before);
  }

  it("pulls, builds and runs", async () => {
    await screen(/# $|#$/);
    expect(await type("docker pull busybox")).toContain("Status: Downloaded newer image for busybox:latest");
    await type(
      `mkdir -p /web && cd /web && printf 'FROM busybox\\nRUN echo made >/made\\nCMD cat /made\\n' >Dockerfile`,
    );
    await type("docker build -t made .");
    expect(await type("docker run --rm made")).toMatch(/^made$/m);
  });

  it("is typed to inside of a container", async () => {
    await page.keyboard.type("docker run -it --rm busybox");
    await page.keyboard.press("Enter");
    await screen(/\/ # $|\/ #$/);
    expect(await type("tty")).toMatch(/^\/dev\/pts\/0$/m);
    await page.keyboard.type("exit 3");
    await page.keyboard.press("Enter");
    expect(await type("echo $?")).toMatch(/^3$/m);
  });

  it("requests a published port", async () => {
    await type("docker run -d --name web -p 8080:80 nginx && sleep 1");
    await page.fill("#address", "http://localhost:8080/");
    await page.click("#request button");
    await expect.poll(() => page.textContent("#status")).toBe("200 OK");
    expect(await page.frameLocator("#page").locator("h1").textContent()).toBe("Welcome to nginx!");
    expect(await type("wget -qO- localhost:8080 | grep -c nginx")).toMatch(/^[1-9]/m);
  });

  it("answers the Engine API, to the modem of dockerode as well", async () => {
    const [listed, version] = await page.evaluate(async () => {
      const { api, modem } = (globalThis as unknown as { readonly bottleship: PageMachine }).bottleship;
      const response = await api(new Request("http://docker/containers/json"));
      const answer = await new Promise((resolve) =>
        modem.dial({ path: "/version", method: "GET", statusCodes: { 200: true } }, (_, result) => resolve(result)),
      );
      return [await response.json(), answer] as [
        readonly { readonly Names: readonly string[] }[],
        { readonly Version: string },
      ];
    });
    expect(listed.map(({ Names }) => Names)).toEqual([["/web"]]);
    expect(version.Version).toBe("28.5.2");
  });

  it("has not complained of anything", () => {
    expect(problems).toEqual([]);
  });
});
