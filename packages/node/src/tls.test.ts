/** The API over TLS, with certificates that openssl makes for the test. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { createEngine } from "@bottleship/core/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EngineServer, serve } from "./index.ts";

const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let directory = "";
let server: EngineServer;
const pem = (name: string): string => readFileSync(join(directory, name), "utf8");

/** Makes a key, and a certificate of it that the authority signs; the authority signs itself. */
function certify(name: string, authority?: string): void {
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: directory, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];
  const subject = ["-subj", `/CN=${name}`];
  if (authority === undefined) {
    openssl("req", "-x509", ...key, ...subject, "-days", "2", "-out", `${name}.pem`);
    return;
  }
  writeFileSync(join(directory, "names"), "subjectAltName=IP:127.0.0.1\n");
  openssl("req", ...key, ...subject, "-out", `${name}.csr`);
  const by = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial"];
  openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-days", "2", "-extfile", "names", "-out", `${name}.pem`);
}

describe.skipIf(!hasOpenssl)("TCP with TLS (skipped where openssl is missing)", () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "bottleship-"));
    certify("ca");
    certify("stranger");
    certify("server", "ca");
    certify("client", "ca");
    certify("other", "stranger");
    server = await serve(createEngine({ seed: 7 }), {
      listen: [{ kind: "tcp", host: "127.0.0.1", port: 0 }],
      tls: { cert: pem("server.pem"), key: pem("server.key"), ca: pem("ca.pem") },
    });
  });

  afterAll(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  const port = (): number => Number(new URL(server.addresses[0] ?? "").port);

  function ping(client: string | undefined): Promise<string> {
    const own = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
    return new Promise((resolve, reject) => {
      const sent = get({ host: "127.0.0.1", port: port(), path: "/_ping", ca: pem("ca.pem"), agent: false, ...own });
      sent.on("error", reject);
      sent.on("response", (response) => {
        response.setEncoding("utf8").on("data", resolve);
      });
    });
  }

  it("answers a client whose certificate the authority has signed", async () => {
    expect(await ping("client")).toBe("OK");
  });

  it.each([undefined, "other"])("refuses a client with %s as its certificate", async (client) => {
    await expect(ping(client)).rejects.toThrow(/alert|ECONNRESET|socket hang up/);
  });

  it("upgrades to a stream as it does without TLS", async () => {
    const own = { cert: pem("client.pem"), key: pem("client.key"), ca: pem("ca.pem") };
    const socket = connect({ host: "127.0.0.1", port: port(), ...own });
    socket.write("POST /containers/none/attach HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 404 .*No such container: none\r\n$/s);
  });

  it("says nothing to a client without TLS", async () => {
    const answer = await fetch(`http://127.0.0.1:${port()}/_ping`).then(
      () => "answered",
      () => "refused",
    );
    expect(answer).toBe("refused");
  });
});
