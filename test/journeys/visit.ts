// One person in a browser before the journeys' server, for the tests of one file. The browser is closed after the last test.

import { after, before } from "node:test";
import { journeyServer, type Server } from "./server.ts";
import { type Visitor, welcome } from "./visitor.ts";

type Visit = {
  /** Passkeys belong to a name, not to a number: "localhost" where they are tried. */
  host?: string;
  /** Signed in as the server's demonstration account; a guest otherwise. */
  isDemo?: boolean;
  arrived(server: Server, visitor: Visitor): void | Promise<void>;
};

export function visit({ host = "127.0.0.1", isDemo = false, arrived }: Visit): void {
  const stop = new AbortController();
  let server: Server | undefined;
  let visitor: Visitor | undefined;
  before(async () => {
    server = await journeyServer(stop.signal);
    visitor = await welcome(server.url.replace("127.0.0.1", host));
    if (isDemo) await signInAsDemo(server, visitor);
    await arrived(server, visitor);
  });
  after(async () => {
    await visitor?.leave();
    await server?.end();
  });
}

async function signInAsDemo({ demo, url }: Server, { page }: Visitor): Promise<void> {
  const { email, password } = demo;
  await page.request.post("/auth/sign-in/email", { data: { email, password }, headers: { origin: url } });
}
