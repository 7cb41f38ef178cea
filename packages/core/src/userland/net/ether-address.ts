/** Addresses of Ethernet as people write them: "2:42:AC:11:0:2". @see ether_aton(3) */

/** Two small digits a byte; `undefined` for what is no such address. */
export function etherAddress(text: string): string | undefined {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) return undefined;
  return text
    .toLowerCase()
    .split(":")
    .map((part) => part.padStart(2, "0"))
    .join(":");
}
