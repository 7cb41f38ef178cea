/** The one thing that core uses of Node: only `sha256.node.ts` may import it. */
declare module "node:crypto" {
  export function createHash(algorithm: "sha256" | "sha512"): {
    update(data: Uint8Array): void;
    digest(encoding: "hex"): string;
  };
  export const hash: ((algorithm: "sha256", data: Uint8Array, encoding: "hex") => string) | undefined;
}
