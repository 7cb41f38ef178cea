import { expect, it } from "vitest";
import { empty } from "./exchange.ts";
import { Router, route } from "./router.ts";

const seen = (name: string) => route("GET", name, () => empty(200));

it("takes the first pattern that fits, and gives parameters decoded", () => {
  const router = new Router([seen("/containers/json"), seen("/containers/{id}/json"), seen("/images/{name...}/json")]);
  expect([...(router.match("GET", "/containers/json")?.params ?? [])]).toEqual([]);
  expect([...(router.match("GET", "/containers/a%20b/json")?.params ?? [])]).toEqual([["id", "a b"]]);
  expect(router.match("GET", "/images/registry.example:5000/team/web:1/json")?.params.get("name")).toBe(
    "registry.example:5000/team/web:1",
  );
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
  expect(router.match("POST", "/containers/start/start")?.operation).toBe("ContainerStart");
  expect(router.match("GET", "/images/team/web/json")?.operation).toBe("ImageInspect");
  expect(router.match("POST", "/bottleship/faults")).toMatchObject({ operation: undefined });
});
