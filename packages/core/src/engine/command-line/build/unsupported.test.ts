/** What buildx 0.29.1 said of attestations and caches for a daemon without the containerd image store. */
import { expect, it } from "vitest";
import { createEngine } from "../../index.ts";

const DOCKERFILE = "FROM scratch\nLABEL a=b\n";

const notSupported = (what: string): string =>
  `ERROR: failed to build: ${what} is not supported for the docker driver.`;
const ATTESTATION = notSupported("Attestation");
const CACHE = notSupported("Cache export");

it.each([
  ["--provenance=true", ATTESTATION],
  ["--provenance=mode=zz", ATTESTATION],
  ["--sbom=generator=x", ATTESTATION],
  ["--sbom=false --provenance=true", ATTESTATION],
  ["--attest=type=bar", ATTESTATION],
  ["--provenance=foo", "ERROR: invalid value foo"],
  ["--provenance=1,mode=max", "ERROR: invalid value 1"],
  ["--sbom=true,foo", "ERROR: invalid value true"],
  ["--attest=foo", "ERROR: invalid value foo"],
  ["--attest=mode=max", "ERROR: attestation type not specified"],
  ["--attest=", "ERROR: EOF"],
  [
    "--attest=type=provenance,disabled=foo",
    'ERROR: invalid value disabled=foo: strconv.ParseBool: parsing "foo": invalid syntax',
  ],
  ["--cache-to=type=local,dest=c", CACHE],
  ["--cache-to=type=foo", CACHE],
  ["--cache-to=registry", CACHE],
  ["--cache-to=type=inline --cache-to=type=registry,ref=x,mode=max", CACHE],
  ["--cache-to=type=foo,x", "ERROR: invalid value x"],
  ["--cache-to=ref=x", 'ERROR: type required form> "ref=x"'],
  ["--cache-from=type=foo,x", "ERROR: invalid value x"],
])("refuses %s", async (options, message) => {
  const { exitCode, stderr } = await createEngine().docker(`buildx build ${options} -`, { stdin: DOCKERFILE });
  expect([exitCode, stderr.split("\n").find((line) => line.startsWith("ERROR"))]).toEqual([1, message]);
});

it.each(["--provenance=false", "--sbom=0", "--attest=type=provenance,disabled=true", "--provenance=", "--cache-to="])(
  "takes %s",
  async (options) => {
    const { exitCode } = await createEngine().docker(`buildx build ${options} -`, { stdin: DOCKERFILE });
    expect(exitCode).toBe(0);
  },
);
