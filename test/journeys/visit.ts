// A server of its own for the tests of one suite, with one person in a browser before it. Both end after the last test.

import { after, before } from "node:test";
import { startTemporaryServer } from "../../scripts/local/temporary.ts";
import { type Visitor, welcome } from "./visitor.ts";

export type Server = Awaited<ReturnType<typeof startTemporaryServer>>;

type Visit = {
  runners: number;
  /** Passkeys belong to a name, not to a number: "localhost" where they are tried. */
  host?: string;
  arrived(server: Server, visitor: Visitor): void | Promise<void>;
};

export function visit({ runners, host = "127.0.0.1", arrived }: Visit): void {
  const stop = new AbortController();
  let server: Server | undefined;
  let visitor: Visitor | undefined;
  before(async () => {
    server = await startTemporaryServer({ runners, signal: stop.signal, say: () => {} });
    visitor = await welcome(server.url.replace("127.0.0.1", host));
    await arrived(server, visitor);
  });
  after(async () => {
    await visitor?.leave();
    await server?.end();
  });
}
