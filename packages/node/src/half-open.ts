/**
 * Upgraded connections whose client has closed its half: it may still be reading, or be gone.
 *
 * To a reader both look the same. A write of nothing tells them apart on a unix socket: where nobody reads it fails,
 * and breaks the connection. @see unix(7), send(2) EPIPE
 */
import type { Duplex } from "node:stream";

/** How often a client that may be gone is asked, in milliseconds. */
const INTERVAL_MS = 250;
const NOTHING = new Uint8Array();

/** Closes the socket when its client is gone, even if nothing more is ever written to it. */
export function closeWhenAbandoned(socket: Duplex): void {
  socket.once("end", () => {
    const ask = (): void => {
      if (socket.writable && socket.writableLength === 0) socket.write(NOTHING);
    };
    ask();
    const timer = setInterval(ask, INTERVAL_MS).unref();
    socket.once("close", () => clearInterval(timer));
  });
}
