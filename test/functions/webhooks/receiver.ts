// A real HTTP server on this machine that receives webhooks, started once for all edge tests (vitest.config.ts, globalSetup). The path says
// how it answers, its first part whose messages they are; GET /<box> gives what arrived there.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestProject } from "vitest/node";

export type Received = { path: string; headers: Record<string, string>; body: string };

declare module "vitest" {
  interface ProvidedContext {
    receiver: string;
  }
}

const boxes = new Map<string, Received[]>();

export default async function start(project: TestProject): Promise<() => void> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The receiver has no port");
  project.provide("receiver", `http://127.0.0.1:${address.port}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "/";
  const [, box = "", how = "ok", detail = ""] = path.split("/");
  const arrived = boxes.get(box) ?? [];
  if (request.method === "GET") {
    response.end(JSON.stringify(arrived));
    return;
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  boxes.set(box, [...arrived, { path, headers: request.headers as Record<string, string>, body }]);
  switch (how) {
    case "status":
      response.writeHead(Number(detail), { "retry-after": "7200" }).end("no, thank you");
      return;
    case "flaky":
      response.writeHead(arrived.length < Number(detail) ? 500 : 204).end();
      return;
    case "redirect":
      response.writeHead(302, { location: `/${box}/ok` }).end();
      return;
    case "reset":
      request.socket.destroy();
      return;
    case "flood":
      response.writeHead(500);
      flood(response);
      return;
    case "hang":
      return;
    default:
      response.writeHead(200).end("thanks");
  }
}

/** An answer without an end, as long as somebody reads it. */
function flood(response: ServerResponse): void {
  while (!response.destroyed && response.write("x".repeat(65_536)));
  if (!response.destroyed) response.once("drain", () => flood(response));
}
