// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import { describe, expect, it } from "vitest";
import { checkMount, mountText, resolveMount } from "./mount.ts";

const verbatim = (word: string): string => word;

describe("resolveMount", () => {
  it("fills in what is not given: bind, read-only", () => {
    expect(resolveMount("target=/x", verbatim)).toEqual({
      type: "bind",
      target: "/x",
      source: "",
      from: "",
      id: "",
      readonly: true,
      required: false,
      sizeBytes: 0,
    });
  });

  it("understands all fields, keys and types in any case, quoted ones with commas", () => {
    expect(
      resolveMount('TYPE=Cache,"dst=/a,b",src=s,from=st,sharing=LOCKED,mode=0711,uid=1,gid=2,id=i,ro', verbatim),
    ).toEqual({
      type: "cache",
      target: "/a,b",
      source: "s",
      from: "st",
      sharing: "locked",
      mode: 0o711,
      uid: 1,
      gid: 2,
      id: "i",
      readonly: true,
      required: false,
      sizeBytes: 0,
    });
    expect(resolveMount("type=tmpfs,target=/t,size=1.5m", verbatim)).toMatchObject({
      sizeBytes: 1572864,
      readonly: false,
    });
    expect(resolveMount("type=secret,id=s,required=1,env=E", verbatim)).toMatchObject({ required: true, env: "E" });
  });

  it("expands every value", () => {
    expect(resolveMount("type=$t,target=/$t", (word) => word.replace("$t", "cache"))).toMatchObject({
      type: "cache",
      target: "/cache",
    });
  });

  it("takes data for text", () => {
    const data = { type: "cache", target: "/a,b", sharing: "private", readonly: true, mode: "700" } as const;
    expect(mountText(data)).toBe('type=cache,"target=/a,b",sharing=private,readonly,mode=700');
    expect(resolveMount(data, verbatim)).toEqual(resolveMount(mountText(data), verbatim));
  });

  it.each<[flag: string, message: string]>([
    ["type=magic", 'unsupported mount type "magic"'],
    ["type=bnd", 'unsupported mount type "bnd" (did you mean bind?)'],
    ["target", "invalid field 'target' must be a key=value pair"],
    ["targt=/x", "unexpected key 'targt' in 'targt=/x' (did you mean target?)"],
    ["frob=1", "unexpected key 'frob' in 'frob=1' (did you mean from?)"],
    ["type=bind,mode=0755,target=/x", 'mode not allowed for "bind" type mounts'],
    ["type=tmpfs,uid=1,target=/x", 'uid not allowed for "tmpfs" type mounts'],
    ["type=bind,sharing=locked,target=/x", "invalid cache sharing set for bind mount"],
    ["type=cache,sharing=mine,target=/x", 'unsupported sharing value "mine"'],
    ["type=cache,mode=9,target=/x", "invalid value 9 for mode"],
    ["type=cache,uid=-1,target=/x", "invalid value -1 for uid"],
    ["type=cache,size=1,target=/x", "unexpected key 'size' for mount type 'cache'"],
    ["type=tmpfs,size=x,target=/x", "invalid value for size: x"],
    ["type=cache,required,target=/x", "unexpected key 'required' for mount type 'cache'"],
    ["type=secret", "invalid secret mount. one of source, target required"],
    ["type=secret,id=a,source=b", "both source and id can't be set"],
    ["type=secret,id=a,sharing=private", "secret mount should not define sharing"],
    ["type=secret,id=a,required=maybe", "invalid value for required: maybe"],
    ["ro=maybe,target=/x", "invalid value for ro: maybe"],
    ["required,type=secret,id=x", "unexpected key 'required' for mount type 'bind'"],
  ])("refuses %s", (flag, message) => {
    expect(() => resolveMount(flag, verbatim)).toThrow(message);
  });
});

describe("checkMount", () => {
  it("refuses what is no CSV and a source that only a variable knows, and nothing else", () => {
    expect(() => checkMount("")).toThrow("failed to parse csv mounts: EOF");
    expect(() => checkMount('a"b')).toThrow(
      'failed to parse csv mounts: parse error on line 1, column 2: bare " in non-quoted-field',
    );
    expect(() => checkMount("from=a$B")).toThrow(
      "'from' doesn't support variable expansion, define alias stage instead",
    );
    expect(() => checkMount("type=magic,from=a$")).not.toThrow();
  });
});
