import { expect, test } from "vitest";
import { credentialProblem, type Privileges, securityOptionsOf } from "./privileges.ts";

const NONE: Privileges = { CredentialSpec: null, SELinuxContext: null, NoNewPrivileges: false };
const label = { Disable: false, User: "", Role: "", Type: "", Level: "" };
const source = { Config: "", File: "", Registry: "" };

test.each<[Partial<Privileges>, readonly string[]]>([
  [{}, []],
  [{ SELinuxContext: { ...label, Disable: true } }, ["label=disable"]],
  [
    { SELinuxContext: { Disable: false, User: "u", Role: "r", Type: "t", Level: "l" } },
    ["label=user:u", "label=role:r", "label=level:l", "label=type:t"],
  ],
  [{ CredentialSpec: { ...source, File: "a.json" } }, ["credentialspec=file://a.json"]],
  [{ CredentialSpec: { ...source, Registry: "a" } }, ["credentialspec=registry://a"]],
  [{ Seccomp: { Mode: "default" }, AppArmor: { Mode: "default" } }, []],
  [{ Seccomp: { Mode: "unconfined" }, AppArmor: { Mode: "disabled" } }, ["seccomp=unconfined", "apparmor=unconfined"]],
  [{ Seccomp: { Mode: "custom", Profile: "e30=" }, NoNewPrivileges: true }, ["seccomp={}", "no-new-privileges=true"]],
])("a worker makes %o security options", (privileges, options) => {
  expect(securityOptionsOf({ ...NONE, ...privileges })).toEqual(options);
});

test.each([
  [{ ...source, Config: "a" }, undefined],
  [source, 'must either provide "file", "registry", or "config" for credential spec'],
  [{ ...source, File: "a", Registry: "b" }, 'cannot specify both "file" and "registry" credential specs'],
  [{ Config: "a", File: "b", Registry: "c" }, 'cannot specify both "config", "file", and "registry" credential specs'],
])("a credential spec %o has one source", (given, problem) => {
  expect(credentialProblem(given)).toBe(problem && `invalid CredentialSpec: ${problem}`);
});
