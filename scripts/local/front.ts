// The address of a local server. Passes every request on to `wrangler dev`, which listens elsewhere, except what workerd's development entry
// would answer by itself to anybody, without a key: stored files (/cdn-cgi/local/r2), cron at any time, email. Headers that make that entry
// assume another address, Worker or client are dropped, and only this machine's names with this port are served.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
} from "node:http";
import type { Duplex } from "node:stream";
import { isLoopback } from "../../functions/lib/loopback.ts";
import { isPlatformPath } from "../../functions/webhooks/addresses.ts";

const HOST = "127.0.0.1";
/** Cloudflare takes 128 KB. */
const MAX_HEADER_BYTES = 128 * 1024;
/** Of one connection (RFC 9110, 7.6.1), answered here (10.1.1), or believed by what is behind. */
const NOT_PASSED =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host|mf-.*|cf-.*|forwarded|x-forwarded-.*)$/i;
const NOT_ANSWERED = /^(?:connection|keep-alive|transfer-encoding)$/i;

type Passed = { host: string; path: string };
type Refused = { status: number; detail: string };

/** The header by which the platform names the client's address; only tests of what one address may do send it themselves. */
const CLIENT_ADDRESS = "cf-connecting-ip";

export type Front = { url: string; end(): void };
/** The server behind the front, and whether clients may name their own address. */
export type Behind = { url: string; addressGiven: boolean };

/** Listens at `port` for requests to any of `ports`: in development Vite's is another one. */
export async function startFront(port: number, target: Behind, ports: readonly number[]): Promise<Front> {
  const hostsPorts = ports.map(String);
  const server: Server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0 });
  server.on("request", (incoming, outgoing) => {
    const passed = judged(incoming, hostsPorts);
    if ("status" in passed) {
      incoming.resume();
      return void outgoing
        .writeHead(passed.status, { "content-type": "text/plain" })
        .end(`${passed.detail}\n`);
    }
    const hasBody = incoming.headers["transfer-encoding"] !== undefined;
    const onward = call(target, incoming, passed, hasBody ? ["transfer-encoding", "chunked"] : []);
    onward.on("response", (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.statusMessage, kept(reply.rawHeaders, NOT_ANSWERED));
      outgoing.flushHeaders();
      reply.on("error", () => outgoing.destroy());
      reply.pipe(outgoing);
    });
    onward.on("error", () => {
      // A reply may come, and stay whole, before the request has been read to its end.
      if (!outgoing.headersSent)
        outgoing.writeHead(502, { "content-type": "text/plain" }).end("The Worker does not answer.\n");
    });
    outgoing.on("error", () => onward.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on("upgrade", (incoming, socket) => {
    const passed = judged(incoming, hostsPorts);
    if ("status" in passed)
      return void socket.end(`HTTP/1.1 ${passed.status} Refused\r\nconnection: close\r\n\r\n`);
    upgrade(
      call(target, incoming, passed, ["connection", "Upgrade", "upgrade", incoming.headers.upgrade ?? ""]),
      socket,
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  const end = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://${HOST}:${port}`, end };
}

/** Where a request goes, or why it goes nowhere. */
function judged({ url = "/", headers }: IncomingMessage, ports: readonly string[]): Passed | Refused {
  const named = targetOf(url, headers);
  if (named === null) return { status: 400, detail: "The request does not say where it goes." };
  const { hostname, port } = new URL(`http://${named.host}`);
  if (!isLoopback(hostname) || !ports.includes(port || "80")) {
    return { status: 421, detail: "This server serves its own machine, at its own port." };
  }
  if (isPlatformPath(named.path.split(/[?#]/, 1)[0] ?? ""))
    return { status: 404, detail: "There is nothing here." };
  return named;
}

/** A path with a Host, or an absolute address, which counts instead of it (RFC 9112, 3.2.2). */
function targetOf(url: string, headers: IncomingHttpHeaders): Passed | null {
  if (url.startsWith("/") || url === "*") {
    const { host } = headers;
    return host !== undefined && URL.canParse(`http://${host}`) && /^[\w.:[\]-]+$/.test(host)
      ? { host, path: url }
      : null;
  }
  const address = URL.canParse(url) ? new URL(url) : null;
  return address?.protocol === "http:" && address.host !== ""
    ? { host: address.host, path: `${address.pathname}${address.search}` }
    : null;
}

function call(target: Behind, incoming: IncomingMessage, { host, path }: Passed, more: readonly string[]) {
  const { hostname, port } = new URL(target.url);
  const address = target.addressGiven ? incoming.headers[CLIENT_ADDRESS] : undefined;
  const named = typeof address === "string" ? [CLIENT_ADDRESS, address] : [];
  const headers = ["host", host, ...kept(incoming.rawHeaders, NOT_PASSED), ...named, ...more];
  const options: RequestOptions = {
    hostname,
    port,
    path,
    method: incoming.method,
    headers,
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  return request(options);
}

/** Names and values by turns. */
function kept(raw: readonly string[], without: RegExp): string[] {
  return raw.filter((_, i) => !without.test(raw[i - (i % 2)] ?? ""));
}

/** A WebSocket: once it is granted, bytes pass both ways. */
function upgrade(onward: ReturnType<typeof request>, socket: Duplex): void {
  const drop = () => {
    socket.destroy();
    onward.destroy();
  };
  socket.on("error", drop);
  onward.on("error", drop);
  onward.on("response", (reply) => {
    socket.write(headOf(reply, NOT_ANSWERED, "connection: close\r\n"));
    reply.pipe(socket);
  });
  onward.on("upgrade", (reply, other, first) => {
    socket.write(headOf(reply, /^$/, ""));
    socket.write(first);
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  });
  onward.end();
}

function headOf(reply: IncomingMessage, without: RegExp, more: string): string {
  const lines = kept(reply.rawHeaders, without).map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`));
  return `HTTP/1.1 ${reply.statusCode} ${reply.statusMessage}\r\n${lines.join("")}${more}\r\n`;
}
