import { defineConfig } from "vitest/config";

/** Tests that fail on purpose. */
export default defineConfig({
  resolve: { conditions: ["bottleship-source"] },
  ssr: { resolve: { conditions: ["bottleship-source"] } },
  test: { include: ["packages/vitest/src/testing/failing.ts"] },
});
