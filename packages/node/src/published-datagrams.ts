/** A UDP port of this computer that leads to one of the machine: each client talks through a socket of its own there. */

import { createSocket, type RemoteInfo } from "node:dgram";
import { type Engine, MachineDatagrams } from "@bottleship/core/engine";
import { UNLIMITED } from "@bottleship/core/sim";

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Calls `onListening`, or `onError` if it cannot be had. Returns what closes it. */
export function listenForDatagrams(
  engine: Engine,
  { host, port }: Place,
  { onListening, onError }: { readonly onListening: () => void; readonly onError: (error: Error) => void },
): { close(): void } {
  const clients = new Map<string, MachineDatagrams>();
  const socket = createSocket(host.includes(":") ? { type: "udp6", ipv6Only: true } : { type: "udp4" });
  const clientOf = ({ address, port: from }: RemoteInfo): MachineDatagrams => {
    const key = `${address} ${from}`;
    const known = clients.get(key);
    if (known?.isOpen === true) return known;
    const to = { address: host, port };
    const client = new MachineDatagrams(engine.kernel, to, (datagram) => socket.send(datagram, from, address));
    clients.set(key, client);
    // Somebody outside may wait for an answer: the world goes on as long as datagrams come and go.
    const options = { ...UNLIMITED, isPatient: true, what: `talk with port ${port} to end` };
    void engine.world
      .until(() => !client.isOpen, options)
      .then(() => {
        if (clients.get(key) === client) clients.delete(key);
      });
    return client;
  };
  socket.on("message", (datagram, client) => clientOf(client).send(datagram));
  socket.on("error", onError);
  socket.bind({ address: host, port, exclusive: true }, onListening);
  let isClosed = false;
  return {
    close: () => {
      if (isClosed) return;
      isClosed = true;
      socket.close();
      for (const client of clients.values()) client.close();
    },
  };
}
