/** The door between a registry and its clients: a web-standard request in, a response out. */

export type Fetch = (request: Request) => Promise<Response>;
