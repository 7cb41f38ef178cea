import { describe, expect, it } from "vitest";
import { ContainerBox } from "../testing/container-box.ts";
import { type Handler, serve } from "./index.ts";

async function boxWith(handler: Handler): Promise<ContainerBox> {
  const box = await ContainerBox.of("python:3.9-slim");
  box.engine.programs.script("app.py", serve(handler, { banner: (port) => `listening on ${port}` }));
  await box.sh(
    "apt-get update -qq && apt-get install -yqq curl; touch app.py; NAME=Ship python app.py >log 2>&1 & sleep 0.1",
  );
  return box;
}

describe("serve", () => {
  it("answers requests with what the handler returns, and gives it body, headers and environment", async () => {
    const box = await boxWith(async (request, p) => {
      const text = `${request.method} ${new URL(request.url).pathname} ${p.env.get("NAME")} ${await request.text()}`;
      return new Response(text, { status: 201, headers: { "x-a": request.headers.get("x-b") ?? "" } });
    });
    const { stdout } = await box.sh("curl -si -H 'X-B: 7' -d hello http://localhost:8000/path?x=1; cat log");
    expect(stdout.replaceAll("\r", "")).toBe(
      "HTTP/1.1 201 Created\ncontent-type: text/plain;charset=UTF-8\nx-a: 7\nContent-Length: 21\n\nPOST /path Ship hellolistening on 8000\n",
    );
  });

  it("sends a body that takes time in chunks", async () => {
    const box = await boxWith((_, p) => {
      let n = 0;
      const body = new ReadableStream({
        async pull(controller) {
          if (n > 0) await p.sleep("1s");
          if (n < 3) controller.enqueue(new TextEncoder().encode(`part ${n++}\n`));
          else controller.close();
        },
      });
      return new Response(body);
    });
    const { stdout } = await box.sh("date +%s; curl -si http://localhost:8000/; date +%s");
    expect(stdout).toContain("Transfer-Encoding: chunked");
    expect(stdout).toContain("part 0\npart 1\npart 2\n");
    const [first = 0, last = 0] = [...stdout.matchAll(/^\d{10}$/gm)].map(([time]) => Number(time));
    expect(last - first).toBe(3);
  });

  it("answers 500 for a handler that throws, 400 for what is no request, and goes on", async () => {
    const box = await boxWith((request) => {
      if (request.url.endsWith("/bad")) throw new TypeError("oh");
      return new Response("fine");
    });
    const script =
      "curl -s -o /dev/null -w '%{http_code}\\n' http://localhost:8000/bad; curl -s http://localhost:8000/; cat log";
    expect((await box.sh(script)).stdout).toBe("500\nfinelistening on 8000\napp.py: GET /bad: TypeError: oh\n");
  });

  it("ends with 1 and says why when the port is taken", async () => {
    const box = await boxWith(() => new Response(""));
    const ran = await box.sh("python app.py; echo $?");
    expect(ran.stdout + ran.stderr).toBe("1\napp.py: cannot listen on 0.0.0.0:8000: Address already in use\n");
  });
});
