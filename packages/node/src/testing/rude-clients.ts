/** Clients that a server must survive: those that talk nonsense, say too much, leave in the middle, or stay for ever. */
import { connect, type Socket } from "node:net";

const UPGRADE = "Host: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json";

/** Sends bytes, and gives what comes back until the connection ends or `ms` have passed. */
export function say(path: string, bytes: string | Uint8Array, ms = 2_000): Promise<string> {
  return new Promise((resolve) => {
    let got = "";
    const socket = connect(path);
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(got);
    };
    const timer = setTimeout(done, ms);
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1");
    });
    socket.on("close", done);
    socket.on("error", done);
    socket.write(bytes);
  });
}

/** Begins a request and does not wait for its end. */
export function begin(path: string, text: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(text));
    socket.on("error", reject);
    socket.once("data", () => resolve(socket));
    socket.resume();
  });
}

/** Requests whose answers have no end, to a container that runs for ever. */
export const ENDLESS = (container: string): readonly string[] => [
  `GET /containers/${container}/logs?follow=1&stdout=1&tail=1 HTTP/1.1\r\nHost: d\r\n\r\n`,
  "GET /events HTTP/1.1\r\nHost: d\r\n\r\n",
  `POST /containers/${container}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\n${UPGRADE}\r\nContent-Length: 0\r\n\r\n`,
];

/** What is no request, or one that nobody should send, with the beginning of the answer. */
export const NONSENSE: readonly (readonly [what: string, request: string, answer: RegExp])[] = [
  ["no request at all", "\u0000\u0001\u0002\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["another protocol", "GET / HTTP/9.9\r\n\r\n", /^HTTP\/1\.1 (400|505) /],
  ["a length that is none", "GET /_ping HTTP/1.1\r\nContent-Length: x\r\n\r\n", /^HTTP\/1\.1 400 /],
  [
    "a header without end",
    `GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\nX: ${"x".repeat(300_000)}\r\n\r\n`,
    /^HTTP\/1\.1 431 /,
  ],
  [
    "a path out of the API",
    "GET /../../etc/passwd HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 301 /,
  ],
  [
    "a name that is a path",
    "GET /containers/%2e%2e%2f%2e%2e%2fetc%2fpasswd/json HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 301 /,
  ],
  [
    "a document without end",
    `POST /containers/create HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n{"Image":"${"x".repeat(18_000_000)}`,
    /^HTTP\/1\.1 413 /,
  ],
];
