import { expect, it } from "vitest";
import { empty } from "./exchange.ts";
import { Router, route } from "./router.ts";

const seen = (name: string) => route("GET", name, () => empty(200));

it("takes the first pattern that fits, and gives its parameter decoded", () => {
  const router = new Router([seen("/containers/json"), seen("/containers/{id}/json"), seen("/images/{name...}/json")]);
  expect(router.match("GET", "/containers/json")?.param).toBe("");
  expect(router.match("GET", "/containers/a%20b/json")?.param).toBe("a b");
  const name = "registry.example:5000/team/web:1";
  expect(router.match("GET", `/images/${name}/json`)?.param).toBe(name);
});

it("wants something where the pattern has its parameters", () => {
  const router = new Router([seen("/containers/{id...}/checkpoints/{name}"), seen("/exec/{id}/json")]);
  expect(router.match("GET", "/containers/a/b/checkpoints/c")?.param).toBe("a/b");
  for (const path of ["/containers/checkpoints/c", "/containers/a/checkpoints/", "/containers//checkpoints/c"]) {
    expect(router.match("GET", path)).toBeUndefined();
  }
  for (const path of ["/exec/json", "/exec//json", "/exec/a/jsons"]) expect(router.match("GET", path)).toBeUndefined();
});

it("knows neither other methods nor deeper paths", () => {
  const router = new Router([seen("/containers/{id}/json")]);
  expect(router.match("POST", "/containers/a/json")).toBeUndefined();
  expect(router.match("GET", "/containers/a/b/json")).toBeUndefined();
  expect(router.match("HEAD", "/containers/a/json")).toBeUndefined();
});

it("says which operation a route stands for, if the API's description has it", () => {
  const post = (pattern: string) => route("POST", pattern, () => empty(200));
  const router = new Router([
    post("/containers/{id}/start"),
    post("/bottleship/faults"),
    seen("/images/{name...}/json"),
  ]);
  expect(router.match("POST", "/containers/start/start")?.route.operation).toBe("ContainerStart");
  expect(router.match("GET", "/images/team/web/json")?.route.operation).toBe("ImageInspect");
  expect(router.match("POST", "/bottleship/faults")).toMatchObject({ route: { operation: undefined } });
});
