/** What a build with files of a session is asked for, and how it is told of. */
import { createEngine } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { EngineApi } from "../../api.ts";
import { createFetch } from "../../fetch.ts";
import type { SessionBuild, SessionBuilds } from "./session-build.ts";

function apiWith(builds: Partial<SessionBuilds> | undefined) {
  const sessionBuilds = builds && {
    opened: async () => {},
    cancel: () => {},
    ...(builds as Pick<SessionBuilds, "build">),
  };
  const fetch = createFetch(new EngineApi(createEngine({ seed: 7 }), sessionBuilds ? { sessionBuilds } : {}));
  return (path: string) => fetch(new Request(`http://engine${path}`, { method: "POST" }));
}

const BUILD = "/v1.41/build?version=2&remote=client-session&session=s1&buildid=b1";

it("says the query in the words of the frontend, and passes on what happens in base64", async () => {
  const asked: SessionBuild[] = [];
  const post = apiWith({
    build: async (one, tell) => {
      asked.push(one);
      tell(Uint8Array.of(1, 2, 3));
      return { image: "sha256:abc" };
    },
  });
  const query = new URLSearchParams([
    ["t", "a:1"],
    ["t", "b"],
    ["dockerfile", "D"],
    ["target", "x"],
    ["nocache", "1"],
    ["pull", "1"],
    ["networkmode", "host"],
    ["extrahosts", "h:1.2.3.4"],
    ["shmsize", "64"],
    ["buildargs", '{"A":"1","B":null}'],
    ["labels", '{"l":"m"}'],
    ["cachefrom", '["me/cache"]'],
    ["ulimits", '[{"Name":"nofile","Soft":1,"Hard":2}]'],
  ]);
  const response = await post(`${BUILD}&${query}`);
  expect(await response.text()).toBe(
    '{"id":"moby.buildkit.trace","aux":"AQID"}\r\n{"id":"moby.image.id","aux":{"ID":"sha256:abc"}}\r\n',
  );
  expect(asked).toEqual([
    {
      session: "s1",
      id: "b1",
      exporter: { type: "moby", attrs: { name: "a:1,b" } },
      cacheFrom: ["me/cache"],
      options: {
        filename: "D",
        target: "x",
        "add-hosts": "h=1.2.3.4",
        "force-network-mode": "host",
        "shm-size": "64",
        ulimit: "nofile=1:2",
        "image-resolve-mode": "pull",
        "no-cache": "",
        "build-arg:A": "1",
        "label:l": "m",
      },
    },
  ]);
});

it("ends the build of an id", async () => {
  const cancelled: string[] = [];
  const post = apiWith({ cancel: (id) => cancelled.push(id) });
  expect((await post("/v1.41/build/cancel?id=b1")).status).toBe(200);
  expect(cancelled).toEqual(["b1"]);
});

it("cannot be had where there are no sessions", async () => {
  const response = await apiWith(undefined)(BUILD);
  expect(response.status).toBe(501);
});
