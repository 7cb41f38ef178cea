/** MAC addresses on overlay networks, which follow from the address. @see moby libnetwork/netutils: GenerateMACFromIP */
import { ipBytes } from "../../lib/index.ts";

export function addressMac(address: string): string {
  const bytes = [0x02, 0x42, ...(ipBytes(address) ?? [0, 0, 0, 0]).slice(-4)];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
