import { defineConfig } from "vitest/config";

/** Tests run on the TypeScript sources: the workspace packages export them under a condition of their own. */
export default defineConfig({
  resolve: { conditions: ["bottleship-source"] },
  ssr: { resolve: { conditions: ["bottleship-source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/long/**", "test/packages/**"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest would leave one of the processors to itself, and needs little of it.
    maxWorkers: "100%",
    // No module keeps state that one test could leave to another: they are loaded once for all files of a worker.
    isolate: false,
  },
});
