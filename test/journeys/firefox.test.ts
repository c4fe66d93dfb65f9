// A smoke journey in Firefox: the home page's pictures, adding from the catalog, and a picture from the compose page. Skipped
// where there is no Firefox.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { LOCAL } from "../../scripts/local/paths.ts";
import { type Fox, findFirefox, startFirefox } from "./firefox.ts";
import { journeyServer, type Server } from "./server.ts";

const SHOTS = join(LOCAL, "screenshots");
const path = findFirefox();

describe("Firefox", { skip: path === null && "there is no Firefox", timeout: 300_000 }, () => {
  const stop = new AbortController();
  let server: Server | undefined;
  let fox: Fox;
  let url = process.env.ORTHOPLEX_URL ?? "";
  let demo = { email: process.env.ORTHOPLEX_EMAIL ?? "", password: process.env.ORTHOPLEX_PASSWORD ?? "" };

  before(async () => {
    if (url === "") {
      server = await journeyServer(stop.signal);
      ({ url, demo } = server);
    }
    fox = await startFirefox(path ?? "");
    mkdirSync(SHOTS, { recursive: true });
  });
  after(async () => {
    await fox?.end();
    await server?.end();
  });

  test("shows pictures on the home page, in sizes, and never wider than the window", async () => {
    await fox.open(`${url}/`);
    // Firefox loads lazy pictures later than Chromium: not before they are near.
    await fox.ask("document.querySelector('[data-part=made]').scrollIntoView()");
    await fox.until(
      "document.querySelectorAll('.card-picture.loaded').length > 3",
      "pictures of the catalog",
    );
    assert.equal(
      await fox.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
      0,
    );
    assert.match(await fox.ask("document.querySelector('.card-picture img').currentSrc"), /\?width=\d+$/);
    await fox.shot(join(SHOTS, "firefox-home.png"));
  });

  test("adds somebody from the catalog to the composition", async () => {
    await fox.open(`${url}/browse/`);
    await fox.until("document.querySelector('.card .add-button') !== null", "the catalog");
    await fox.ask("document.querySelector('.card .add-button').click()");
    await fox.until("document.querySelectorAll('.tray-people li').length === 1", "the tray");
  });

  test("generates a picture", async () => {
    const { email, password } = demo;
    const body = JSON.stringify({ email, password });
    const signIn = `fetch("/auth/sign-in/email", { method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(body)} }).then((reply) => reply.status)`;
    assert.equal(await fox.ask(signIn), 200);
    await fox.open(`${url}/compose/`);
    await fox.until("document.querySelectorAll('[data-box]').length === 1", "the member's box");
    const generate =
      "[...document.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Generate')";
    await fox.until(`${generate}?.disabled === false`, "a prompt to generate");
    await fox.ask(`${generate}.click()`);
    await fox.until(
      "document.querySelector('img[alt^=\"Picture of:\"]')?.naturalWidth > 0",
      "the picture",
      90_000,
    );
    await fox.shot(join(SHOTS, "firefox-compose.png"));
    assert.deepEqual(fox.errors, []);
  });
});
