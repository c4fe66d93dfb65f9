// The life of one account in a real browser: created, verified by email, given a passkey and a picture, its password reset, exported, deleted.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Page } from "playwright-core";
import { ROOT } from "../../scripts/local/paths.ts";
import type { Server } from "./server.ts";
import { stepsOf } from "./steps.ts";
import { visit } from "./visit.ts";
import type { Visitor } from "./visitor.ts";

const EMAIL = "zoe@example.com";
const EMAIL_DEADLINE_MS = 10_000;
const NARROW = 360;

describe("an account", { timeout: 240_000 }, () => {
  let server: Server;
  let visitor: Visitor;
  let page: Page;

  visit({
    host: "localhost",
    arrived(...arrived) {
      [server, visitor] = arrived;
      page = visitor.page;
    },
  });

  const step = stepsOf({
    prefix: "account-",
    visitor: () => visitor,
  });

  /** The link of the newest email with this subject, from the Worker's log. */
  async function linkOf(subject: string): Promise<string> {
    const email = new RegExp(`Email to ${EMAIL}\\nSubject: ${subject}[\\s\\S]*?\\n(http\\S+)`, "g");
    for (const end = Date.now() + EMAIL_DEADLINE_MS; Date.now() < end; await pause(100)) {
      const log = readFileSync(join(server.logs, "worker.log"), "utf8");
      const link = [...log.matchAll(email)].at(-1)?.[1];
      if (link) return link;
    }
    throw new Error(`No email "${subject}"`);
  }

  const field = (label: string) => page.getByLabel(label, { exact: true });
  const press = (name: string) => page.getByRole("button", { name, exact: true }).last().click();
  const isIn = () => page.locator("#security").waitFor();

  step("is made with a name, an address and a password", async () => {
    await page.goto("/account/");
    await field("New account").check();
    await field("Name").fill("Zoe");
    await field("Email").fill(EMAIL);
    await field("Password").fill("correct horse");
    await press("Make the account");
    await isIn();
    await page.getByText("Please verify your address").waitFor();
  });

  step("is verified by the link of an email", async () => {
    await page.goto(await linkOf("Confirm your e-?mail"));
    await page.getByText("Your address is verified").waitFor();
    await page.waitForURL((url) => url.search === "");
    assert.equal(await page.getByText("Please verify your address").count(), 0);
  });

  step("has a picture, cropped to a square, and a description", async () => {
    await field("A picture of you").setInputFiles(join(ROOT, "gpu-runner/demo/june/smiling.png"));
    await press("Use this square");
    await page.locator(".avatar-field img").waitFor();
    await field("About you").fill("I draw people.");
    await page.locator("#profile").getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    await page.goto("/user/?handle=zoe");
    await page.getByText("I draw people.").waitFor();
    const avatar = page.locator(".user-head img");
    assert.equal(await avatar.evaluate((img) => (img as HTMLImageElement).naturalWidth), 512);
  });

  step("lists its likes, and the publications of a followed person", async () => {
    await page.goto("/following/");
    await page.getByText("what they publish stands here").waitFor();
    await page.goto("/browse/");
    const title = await page.getByRole("article").nth(3).getByRole("heading").innerText();
    await page.getByRole("article").nth(3).getByRole("link", { name: title }).click();
    await page.getByRole("button", { name: /^Like/ }).click();
    await page.getByRole("button", { name: /^Like/, pressed: true }).waitFor();
    await page.goto("/user/?handle=orthoplex");
    await press("Follow orthoplex");
    await page.getByRole("button", { name: "Follow orthoplex", pressed: true }).waitFor();
    await page.goto("/account/");
    await page.getByRole("link", { name: "Following and likes" }).first().click();
    await page.getByRole("article").nth(3).waitFor();
    await field("Likes").check();
    await page.getByRole("heading", { level: 1, name: "What you like" }).waitFor();
    await page.getByRole("article").getByRole("heading", { name: title, exact: true }).waitFor();
    assert.equal(await page.getByRole("article").count(), 1);
  });

  step("searches from the header, on screens of every width", async () => {
    for (const width of [1280, 820, NARROW]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto("/following/");
      await page.locator("#bell").waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      const open = page.getByRole("button", { name: "Search", exact: true });
      if (await open.isVisible()) {
        await open.click();
        await page.keyboard.type("june");
      } else await page.getByRole("searchbox", { name: "Search the catalog" }).fill("june");
      await page.keyboard.press("Enter");
      await page.waitForURL("/browse/?q=june");
      assert.equal(await page.getByRole("combobox", { name: "Search the catalog" }).inputValue(), "june");
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  step("signs in with a passkey of its own", async () => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto("/account/");
    await press("Add a passkey");
    await page.getByRole("button", { name: /^Rename/ }).click();
    await page.getByLabel(/^New name of/).fill("my laptop");
    await press("Save");
    await page.getByText("my laptop").waitFor();
    await press("Sign out");
    await page.waitForURL("/");
    await page.goto("/account/");
    await press("Use a passkey");
    await isIn();
    await page.getByText("my laptop").waitFor();
  });

  step("makes a publishable key, which its page may use and another page may not", async () => {
    const empty = createServer((_, reply) =>
      reply.setHeader("content-type", "text/html").end("<!doctype html>"),
    );
    await new Promise<void>((resolve) => empty.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = empty.address() as AddressInfo;
      await press("New key");
      await field("Name").last().fill("her page");
      await page.getByLabel(/^The code of a web page/).check();
      await field("Pages that may use it").fill(`http://127.0.0.1:${port}/index.html`);
      await field("Generations a day").fill("1");
      await press("Make the key");
      const key = await page.locator(".made-key code").innerText();
      await press("I have it");
      await page.getByText(`on http://127.0.0.1:${port}, 1 generations a day`).waitFor();
      assert.match(key, /^opk_/);
      /** What a script of the page at this origin gets: the status, or that the browser keeps the answer from it. */
      const order = async (origin: string) => {
        const other = await page.context().browser()?.newPage();
        assert.ok(other);
        await other.goto(origin);
        const outcome = await other.evaluate(
          async ([url, authorization]) => {
            const headers = { authorization: authorization ?? "", "content-type": "application/json" };
            const body = JSON.stringify({ prompt: "a smiling person", base: "cast-3" });
            return fetch(`${url}/v1/generations`, { method: "POST", headers, body }).then(
              ({ status }) => String(status),
              () => "kept",
            );
          },
          [server.url, `Bearer ${key}`],
        );
        await other.close();
        return outcome;
      };
      assert.equal(await order(`http://127.0.0.1:${port}`), "202");
      assert.equal(await order(`http://localhost:${port}`), "kept");
      assert.equal(await order(`http://127.0.0.1:${port}`), "429");
    } finally {
      empty.close();
      empty.closeAllConnections();
    }
  });

  step("resets its password by email, once", async () => {
    await press("Sign out everywhere");
    await page.getByText("Forgot your password?").click();
    await field("Email").fill(EMAIL);
    await press("Send the email");
    await page.getByText("Check your inbox").waitFor();
    const link = await linkOf("Choose a new password");
    await page.goto(link);
    await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
    assert.equal(new URL(page.url()).search, "");
    await field("New password").fill("new battery staple");
    await press("Change the password");
    await page.getByText("Your password is changed").waitFor();
    await page.goto(link);
    await field("New password").fill("once more, please");
    await press("Change the password");
    await page.getByText("expired or was used").waitFor();
  });

  step("signs in with the new password only", async () => {
    await page.goto("/account/");
    await field("Email").fill(EMAIL);
    await field("Password").fill("correct horse");
    await press("Sign in");
    await page.locator(".notice.bad").waitFor();
    await field("Password").fill("new battery staple");
    await press("Sign in");
    await isIn();
  });

  step("fits a narrow screen, in the dark too", async () => {
    await page.setViewportSize({ width: NARROW, height: 740 });
    await page.evaluate(() => {
      document.documentElement.dataset.theme = "dark";
    });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), NARROW);
  });

  step("exports its data, and is deleted once its handle is typed", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export my data" }).click(),
    ]);
    const data = JSON.parse(readFileSync(await download.path(), "utf8"));
    assert.deepEqual(
      [data.profile.bio, data.passkeys[0].name, data.complete],
      ["I draw people.", "my laptop", true],
    );
    await press("Delete my account");
    await page.getByLabel(/^Type your handle/).fill("zo");
    assert.ok(await page.locator("dialog button[type=submit]").isDisabled());
    await page.getByLabel(/^Type your handle/).fill("zoe");
    await page.locator("dialog button[type=submit]").click();
    await page.waitForURL("/");
    await page.goto("/user/?handle=zoe");
    await page.getByText("There is nobody called zoe").waitFor();
  });
});
