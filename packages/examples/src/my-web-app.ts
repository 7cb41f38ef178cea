/**
 * The introduction that everyone knows: a Python web application is built, run and visited. Then a web server that
 * nobody had to write, and in the end nothing is left.
 *
 *     pnpm demo
 */
import * as disk from "node:fs";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine } from "@bottleship/core/engine";
import { drawLayers, drawProcessTree, layersOf, processTree } from "@bottleship/core/explain";
import { serve } from "@bottleship/core/programs";

const engine = createEngine({ seed: 7 });
const source = fileURLToPath(new URL("../my-web-app", import.meta.url));
/** A copy that can be edited. */
const cwd = join(mkdtempSync(join(tmpdir(), "my-web-app-")), "my-web-app");

// What `python app.py` does is TypeScript: the same greeting, from the container's environment and host name.
engine.programs.script(
  "app.py",
  serve(
    async (_request, p) => {
      const hostname = (await p.readText("/etc/hostname")).trim();
      const html = `<h3>Hello ${p.env.get("NAME")}!</h3><b>Hostname:</b> ${hostname}<br/>\n`;
      return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
    },
    { banner: (port) => ` * Running on http://0.0.0.0:${port}/ (Press CTRL+C to quit)` },
  ),
);

/** Prints a command line, and what it prints as it comes. Ends the demo if it fails. */
async function docker(line: string): Promise<string> {
  console.log(`\n$ docker ${line}`);
  const onOutput = (_stream: string, text: string): void => void process.stdout.write(text);
  const { exitCode, stdout } = await engine.docker(line, { disk, cwd, onOutput });
  if (exitCode !== 0) throw new Error(`docker ${line}: exit code ${exitCode}`);
  return stdout;
}

/** Prints a request, and what comes back. */
async function visit(url: string): Promise<void> {
  console.log(`\n$ curl -i ${url}`);
  const response = await engine.fetch(url);
  console.log(`HTTP/1.1 ${response.status} ${response.statusText}`);
  for (const [name, value] of response.headers) console.log(`${name}: ${value}`);
  console.log(`\n${await response.text()}`);
}

function heading(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 100 - text.length))}`);
}

cpSync(source, cwd, { recursive: true });

heading("build");
await docker("build -t my-web-app .");

heading("build again: nothing has changed");
await docker("build -t my-web-app .");

heading("build after an edit of app.py: only what it must");
writeFileSync(join(cwd, "app.py"), `${readFileSync(join(cwd, "app.py"), "utf8")}\n# edited\n`);
const { misses } = await engine.build({ context: { disk, path: cwd }, tags: ["my-web-app"] });
for (const { step, changed } of misses) console.log(`${step}: not cached, for ${changed} has changed`);

heading("run, with a published port and a limit");
await docker("run -d --name web -p 8000:8000 --memory 64m my-web-app");
await visit("http://localhost:8000/");
await docker("logs web");
await docker("ps");

heading("the processes: from the machine, and from inside");
console.log(drawProcessTree(processTree(engine)));
await docker(`exec web sh -c 'cd /proc; for pid in [0-9]*; do echo "$pid $(tr "\\0" " " < $pid/cmdline)"; done'`);

heading("the layers of the image, and what each added");
console.log(drawLayers(layersOf(engine, engine.images.get("my-web-app")), 4));

heading("a web server that nobody had to write");
await docker("run -d --name apache -p 8080:80 httpd:2.4");
await visit("http://localhost:8080/");

heading("stop and remove: nothing is left");
await docker("stop web apache");
await docker("rm web apache");
await docker("ps -a");
await engine
  .fetch("http://localhost:8000/")
  .catch((error: Error) => console.log(`\n$ curl http://localhost:8000/\n${error.message}`));
rmSync(join(cwd, ".."), { recursive: true });
