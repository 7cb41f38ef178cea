import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** The packages as users get them: a part of `pnpm check:packages`. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ["test/packages/**/*.test.ts"], exclude: [] },
});
