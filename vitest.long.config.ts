import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** Slow suites, run by hand before an issue is resolved. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ["test/long/**/*.test.ts"], exclude: [], testTimeout: 3_600_000 },
});
