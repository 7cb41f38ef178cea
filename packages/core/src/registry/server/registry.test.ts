import { describe, expect, it } from "vitest";
import { decode, encode } from "../../lib/index.ts";
import { type Descriptor, digestLike, digestOf, manifestBytes, OCI_CONFIG, OCI_MANIFEST } from "../../oci/index.ts";
import { bytesOf } from "../body.ts";
import { Registry, type RegistryOptions } from "./registry.ts";

const HELLO = encode("hello, world");
const DIGEST = digestOf(HELLO);

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

function open(options: RegistryOptions = {}) {
  const registry = new Registry(options);
  const ask = async (
    line: string,
    body?: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const [method = "", path = ""] = line.split(" ");
    const init = { method, headers, ...(body === undefined ? {} : { body: body.slice() }) };
    const response = await registry.fetch(new Request(new URL(path, "http://registry"), init));
    return { status: response.status, headers: response.headers, text: decode(await bytesOf(response)) };
  };
  const upload = async (name: string, bytes: Uint8Array): Promise<Descriptor> => {
    const digest = digestOf(bytes);
    expect((await ask(`POST /v2/${name}/blobs/uploads/?digest=${digest}`, bytes)).status).toBe(201);
    return { mediaType: OCI_CONFIG, digest, size: bytes.length };
  };
  return { registry, ask, upload };
}

const codeOf = ({ text }: Answer): string => /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? "";

describe("blobs", () => {
  it("come in chunks, of which each goes on where the last one ended", async () => {
    const { ask } = open();
    const { headers, status } = await ask("POST /v2/a/b/blobs/uploads/");
    const at = headers.get("location") ?? "";
    expect([status, headers.get("range")]).toEqual([202, "0-0"]);
    const first = await ask(`PATCH ${at}`, HELLO.subarray(0, 5), { "content-range": "0-4" });
    expect([first.status, first.headers.get("range")]).toEqual([202, "0-4"]);
    const early = await ask(`PATCH ${at}`, HELLO.subarray(7), { "content-range": "7-11" });
    expect([early.status, early.headers.get("range")]).toEqual([416, "0-4"]);
    expect((await ask(`GET ${at}`)).headers.get("range")).toBe("0-4");
    const last = await ask(`PUT ${at}?digest=${DIGEST}`, HELLO.subarray(5), { "content-range": "5-11" });
    expect([last.status, last.headers.get("location")]).toEqual([201, `/v2/a/b/blobs/${DIGEST}`]);
    expect((await ask(`GET /v2/a/b/blobs/${DIGEST}`)).text).toBe("hello, world");
    expect(codeOf(await ask(`GET ${at}`))).toBe("BLOB_UPLOAD_UNKNOWN");
  });

  it("are refused and forgotten if their digest is another", async () => {
    const { ask } = open();
    expect(codeOf(await ask(`POST /v2/a/blobs/uploads/?digest=${DIGEST}`, encode("else")))).toBe("DIGEST_INVALID");
    expect(codeOf(await ask(`POST /v2/a/blobs/uploads/?digest=md5:12`, encode("else")))).toBe("DIGEST_INVALID");
    expect((await ask(`HEAD /v2/a/blobs/${DIGEST}`)).status).toBe(404);
  });

  it("may have a SHA-512 digest, also if that is only said in the end", async () => {
    const { ask } = open();
    const digest = digestLike(`sha512:${"0".repeat(128)}`, HELLO);
    const at = (await ask("POST /v2/a/blobs/uploads/")).headers.get("location") ?? "";
    await ask(`PATCH ${at}`, HELLO);
    expect((await ask(`PUT ${at}?digest=${digest}`)).status).toBe(201);
    expect((await ask(`GET /v2/a/blobs/${digest}`)).text).toBe("hello, world");
  });

  it("are mounted from another repository, and begun anew if that has them not", async () => {
    const { ask, upload } = open();
    await upload("a", HELLO);
    expect((await ask(`POST /v2/b/blobs/uploads/?mount=${DIGEST}&from=a`)).status).toBe(201);
    expect((await ask(`GET /v2/b/blobs/${DIGEST}`)).text).toBe("hello, world");
    expect((await ask(`POST /v2/c/blobs/uploads/?mount=${DIGEST}&from=none`)).status).toBe(202);
    expect((await ask(`DELETE /v2/a/blobs/${DIGEST}`)).status).toBe(202);
    expect((await ask(`HEAD /v2/a/blobs/${DIGEST}`)).status).toBe(404);
    expect((await ask(`GET /v2/b/blobs/${DIGEST}`)).status).toBe(200);
  });

  it.each<[range: string, status: number, text: string, contentRange: string | null]>([
    ["bytes=0-4", 206, "hello", "bytes 0-4/12"],
    ["bytes=7-", 206, "world", "bytes 7-11/12"],
    ["bytes=-5", 206, "world", "bytes 7-11/12"],
    ["bytes=7-100", 206, "world", "bytes 7-11/12"],
    ["bytes=0-1,3-4", 200, "hello, world", null],
    ["bytes=12-", 416, "", "bytes */12"],
  ])("are given in parts: %s", async (range, status, text, contentRange) => {
    const { ask, upload } = open();
    await upload("a", HELLO);
    const answer = await ask(`GET /v2/a/blobs/${DIGEST}`, undefined, { range });
    expect([answer.status, answer.headers.get("content-range")]).toEqual([status, contentRange]);
    if (status < 400) expect(answer.text).toBe(text);
  });

  it("that break off leave what has come", async () => {
    const { ask, registry } = open();
    const at = (await ask("POST /v2/a/blobs/uploads/")).headers.get("location") ?? "";
    registry.fail({ resource: "upload", method: "PATCH", times: 1, cutAfterBytes: 5 });
    await expect(ask(`PATCH ${at}`, HELLO)).rejects.toThrow("terminated");
    expect((await ask(`GET ${at}`)).headers.get("range")).toBe("0-4");
  });
});

describe("manifests", () => {
  async function withImage() {
    const opened = open();
    const config = await opened.upload("a", encode("{}"));
    const bytes = manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });
    const put = (tag: string, document = bytes) =>
      opened.ask(`PUT /v2/a/manifests/${tag}`, document, { "content-type": OCI_MANIFEST });
    return { ...opened, config, bytes, put };
  }

  it("have tags, which can be taken away, and go with their digest", async () => {
    const { ask, put, bytes } = await withImage();
    for (const tag of ["b", "A", "a", "c"]) expect((await put(tag)).status).toBe(201);
    const digest = digestOf(bytes);
    const head = await ask("HEAD /v2/a/manifests/a");
    expect([head.status, head.headers.get("docker-content-digest"), head.headers.get("content-length")]).toEqual([
      200,
      digest,
      String(bytes.length),
    ]);
    const page = await ask("GET /v2/a/tags/list?n=2");
    expect(page.text).toBe('{"name":"a","tags":["A","a"]}');
    expect(page.headers.get("link")).toBe('</v2/a/tags/list?last=a&n=2>; rel="next"');
    expect((await ask("GET /v2/a/tags/list?last=a&n=9")).text).toBe('{"name":"a","tags":["b","c"]}');
    expect((await ask("GET /v2/a/tags/list?n=0")).text).toBe('{"name":"a","tags":[]}');
    expect((await ask("DELETE /v2/a/manifests/A")).status).toBe(202);
    expect(codeOf(await ask("GET /v2/a/manifests/A"))).toBe("MANIFEST_UNKNOWN");
    expect((await ask(`DELETE /v2/a/manifests/${digest}`)).status).toBe(202);
    expect((await ask("GET /v2/a/tags/list")).text).toBe('{"name":"a","tags":[]}');
  });

  it("are refused for what is missing or wrong", async () => {
    const { ask, put, config, bytes } = await withImage();
    const layer = { mediaType: "a/b", digest: DIGEST, size: 12 };
    const missing = manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] });
    expect(codeOf(await put("a", missing))).toBe("MANIFEST_BLOB_UNKNOWN");
    expect(codeOf(await put("a", encode("{")))).toBe("MANIFEST_INVALID");
    expect(codeOf(await put(DIGEST))).toBe("DIGEST_INVALID");
    expect((await put("a", new Uint8Array((4 << 20) + 1))).status).toBe(413);
    expect(codeOf(await ask("GET /v2/none/manifests/a"))).toBe("NAME_UNKNOWN");
    expect(codeOf(await ask("GET /v2/UPPER/manifests/a"))).toBe("NAME_INVALID");
    expect((await ask(`POST /v2/a/manifests/a`, bytes)).status).toBe(405);
  });

  it("are found by what they are about", async () => {
    const { ask, put, config, bytes } = await withImage();
    await put("a");
    const subject = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length };
    const about = (artifactType: string) =>
      manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType, config, layers: [], subject });
    for (const type of ["x/sbom", "x/signature"]) {
      const answer = await put(digestOf(about(type)), about(type));
      expect(answer.headers.get("oci-subject")).toBe(subject.digest);
    }
    const all = await ask(`GET /v2/a/referrers/${subject.digest}`);
    expect(JSON.parse(all.text).manifests.map((one: Descriptor) => one.artifactType)).toEqual([
      "x/sbom",
      "x/signature",
    ]);
    const some = await ask(`GET /v2/a/referrers/${subject.digest}?artifactType=x/sbom`);
    expect([JSON.parse(some.text).manifests.length, some.headers.get("oci-filters-applied")]).toEqual([
      1,
      "artifactType",
    ]);
    expect(JSON.parse((await ask(`GET /v2/none/referrers/${DIGEST}`)).text).manifests).toEqual([]);
    expect((await ask("GET /v2/a/referrers/none")).status).toBe(400);
  });
});

describe("access", () => {
  const AUTH = { scheme: "token", realm: "http://auth/token", service: "s", users: { bob: "secret" } } as const;
  const basic = `Basic ${btoa("bob:secret")}`;

  it("is by tokens for what their scopes say, until they are old", async () => {
    let nowUs = 0;
    const { ask } = open({ auth: AUTH, nowUs: () => nowUs });
    const challenge = await ask("GET /v2/a/tags/list");
    expect([challenge.status, challenge.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="http://auth/token",service="s",scope="repository:a:pull"',
    ]);
    const tokenFor = async (scope: string, authorization?: string): Promise<Record<string, string>> => {
      const answer = await ask(
        `GET /token?service=s&scope=${scope}`,
        undefined,
        authorization === undefined ? {} : { authorization },
      );
      return { authorization: `Bearer ${JSON.parse(answer.text).token}` };
    };
    const anonymous = await tokenFor("repository:a:pull,push");
    expect((await ask("GET /v2/a/tags/list", undefined, anonymous)).status).toBe(404);
    const refused = await ask("POST /v2/a/blobs/uploads/", undefined, anonymous);
    expect(refused.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    const bob = await tokenFor("repository:a:pull,push", basic);
    expect((await ask("POST /v2/a/blobs/uploads/", undefined, bob)).status).toBe(202);
    nowUs = 301e6;
    expect((await ask("POST /v2/a/blobs/uploads/", undefined, bob)).headers.get("www-authenticate")).toContain(
      "invalid_token",
    );
    expect((await ask("GET /token", undefined, { authorization: `Basic ${btoa("bob:wrong")}` })).status).toBe(401);
  });

  it("is for users only with basic authentication", async () => {
    const { ask } = open({ auth: { ...AUTH, scheme: "basic" } });
    expect((await ask("GET /v2/")).headers.get("www-authenticate")).toBe('Basic realm="http://auth/token"');
    expect((await ask("GET /v2/", undefined, { authorization: basic })).status).toBe(200);
  });

  it("has a limit on pulls in a window of time, and says how much of it is left", async () => {
    let nowUs = 0;
    const { ask } = open({ rateLimit: { pulls: 1, windowSeconds: 60 }, nowUs: () => nowUs });
    expect((await ask("HEAD /v2/a/manifests/x")).status).toBe(404);
    expect((await ask("GET /v2/a/manifests/x")).status).toBe(404);
    nowUs = 20e6;
    const over = await ask("GET /v2/a/manifests/x");
    expect([over.status, codeOf(over), over.headers.get("retry-after")]).toEqual([429, "TOOMANYREQUESTS", "40"]);
    expect(over.headers.get("ratelimit-remaining")).toBe("0;w=60");
    nowUs = 61e6;
    expect((await ask("GET /v2/a/manifests/x")).status).toBe(404);
  });
});
