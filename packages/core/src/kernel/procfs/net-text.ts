/** Numbers and addresses as /proc/net writes them. */
import { ipBytes } from "../../lib/index.ts";

export const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");

export const plain6 = (address: string): string =>
  [...(ipBytes(address) ?? [])].map((byte) => byte.toString(16).padStart(2, "0")).join("");
