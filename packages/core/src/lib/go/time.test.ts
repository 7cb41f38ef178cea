import { expect, it } from "vitest";
import { rfc3339Nano, rfc3339NanoFixed } from "./time.ts";

const SECOND = 1_735_689_600_000_000;

it.each([
  [SECOND, "2025-01-01T00:00:00Z", "000000000"],
  [SECOND + 1, "2025-01-01T00:00:00.000001Z", "000001000"],
  [SECOND + 120_000, "2025-01-01T00:00:00.12Z", "120000000"],
  [SECOND + 100_200, "2025-01-01T00:00:00.1002Z", "100200000"],
  [SECOND + 999_999, "2025-01-01T00:00:00.999999Z", "999999000"],
  [SECOND + 0.5, "2025-01-01T00:00:00.0000005Z", "000000500"],
  [-1, "1969-12-31T23:59:59.999999Z", "999999000"],
])("writes %d µs with as many places as it takes, or with nine", (us, text, nine) => {
  expect(rfc3339Nano(us)).toBe(text);
  expect(rfc3339NanoFixed(us)).toBe(text.replace(/(\.\d+)?Z$/, `.${nine}Z`));
});
