import { defaultClientConditions, defineConfig } from "vite";

/** The page is built of the TypeScript sources. Its addresses are relative: it can lie anywhere. */
export default defineConfig({
  base: "./",
  root: import.meta.dirname,
  resolve: { conditions: ["bottleship-source", ...defaultClientConditions] },
  build: { outDir: "dist/page", emptyOutDir: true },
});
