import { describe, expect, it } from "vitest";
import { markerHolds, parseRequirement, requirementText } from "./python-requirement.ts";
import { compareVersions, isPrerelease, Specifier } from "./python-version.ts";
import { compareSemver, inRange } from "./semver.ts";

describe("versions of Python packages (PEP 440)", () => {
  it("sort as the PEP says", () => {
    const order = [
      "1.0.dev456",
      "1.0a1",
      "1.0a2.dev456",
      "1.0a12",
      "1.0b1.dev456",
      "1.0b2",
      "1.0rc1",
      "1.0",
      "1.0.post456",
      "1.1.dev1",
      "1.1",
      "1!0.5",
    ];
    expect(order.toReversed().sort(compareVersions)).toEqual(order);
    expect(compareVersions("1.0", "1.0.0")).toBe(0);
    expect(["1.0rc1", "1.0.dev1", "1.0.post1"].map(isPrerelease)).toEqual([true, true, false]);
  });

  it.each([
    [">=2.0,<3", "2.5 3.0", "2.5"],
    ["~=1.4.2", "1.4.1 1.4.9 1.5", "1.4.9"],
    ["~=1.4", "1.9 2.0", "1.9"],
    ["==1.*", "1.0 1.7.3 2.0", "1.0 1.7.3"],
    ["!=1.5,>1", "1.0 1.5 1.6", "1.6"],
    ["===1.0", "1.0 1.0.0", "1.0"],
    ["", "1 2", "1 2"],
  ])("%s allows of %s only %s", (text, versions, allowed) => {
    const specifier = Specifier.parse(text);
    expect(
      versions
        .split(" ")
        .filter((version) => specifier?.allows(version))
        .join(" "),
    ).toBe(allowed);
  });
});

describe("requirements (PEP 508)", () => {
  it("are printed as pip does, with clauses sorted", () => {
    const texts = ["Werkzeug (>=2.0)", "click (<8.0,>=5.1)", "uvicorn[standard] >= 0.2", "flask"];
    const printed = texts
      .map((text) => parseRequirement(text))
      .map((one) => (one === undefined ? "" : requirementText(one)));
    expect(printed).toEqual(["Werkzeug>=2.0", "click<8.0,>=5.1", "uvicorn[standard]>=0.2", "flask"]);
    expect([parseRequirement("Flask_SQLAlchemy")?.key, parseRequirement("a b"), parseRequirement("x=1")]).toEqual([
      "flask-sqlalchemy",
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['python_version < "3.10"', true],
    ["python_version >= '3.10'", false],
    ['sys_platform == "win32" or (python_version > "3.8" and platform_system == "Linux")', true],
    ['extra == "dev"', false],
    ['platform_machine in "x86_64 aarch64"', true],
  ])("the marker %s holds: %s", (marker, holds) => {
    expect(markerHolds(marker, { pythonVersion: "3.9", pythonFullVersion: "3.9.21" })).toBe(holds);
  });
});

describe("versions of npm", () => {
  it.each([
    ["^1.2.3", "1.2.2 1.2.3 1.9.0 2.0.0", "1.2.3 1.9.0"],
    ["^0.2.3", "0.2.3 0.2.9 0.3.0", "0.2.3 0.2.9"],
    ["^0.0.3", "0.0.3 0.0.4", "0.0.3"],
    ["~1.2", "1.2.9 1.3.0", "1.2.9"],
    ["1.x || >=3 <4", "1.5.0 2.0.0 3.1.0 4.0.0", "1.5.0 3.1.0"],
    ["1.2 - 2", "1.2.0 2.9.9 3.0.0", "1.2.0 2.9.9"],
    ["*", "1.0.0 2.0.0-rc.1", "1.0.0"],
    ["> 1.2", "1.2.9 1.3.0", "1.3.0"],
  ])("%s allows of %s only %s", (range, versions, allowed) => {
    expect(
      versions
        .split(" ")
        .filter((version) => inRange(version, range))
        .join(" "),
    ).toBe(allowed);
  });

  it("sort with what comes before a release first", () => {
    expect(["1.10.0", "1.9.0", "1.9.0-rc.1"].sort(compareSemver)).toEqual(["1.9.0-rc.1", "1.9.0", "1.10.0"]);
  });
});
