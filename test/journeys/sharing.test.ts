// A picture from the canvas to the public and back: generated, shared after its owner has read what becomes public, found on the adapter's
// page, in the feed and on the profile by a guest, liked, and in the notifications of the adapter's owner, opened in Compose, and withdrawn. Real browser,
// Worker and runner.

import assert from "node:assert/strict";
import { after, describe } from "node:test";
import type { Page } from "playwright-core";
import { faultsOf } from "./axe.ts";
import type { Server } from "./server.ts";
import { stepsOf } from "./steps.ts";
import { visit } from "./visit.ts";
import { type Visitor, welcome } from "./visitor.ts";

const PROMPT = "<ivy> surprised; sky background";

describe("sharing", { timeout: 300_000 }, () => {
  let server: Server;
  let visitor: Visitor;
  let page: Page;
  let guest: Visitor;
  /** Who owns the adapter. */
  let owner: Visitor;
  let address: string;

  visit({
    isDemo: true,
    async arrived(...arrived) {
      [server, visitor] = arrived;
      page = visitor.page;
      [guest, owner] = [await welcome(server.url), await welcome(server.url)];
      const { email, password } = server.operator;
      const headers = { origin: server.url };
      await owner.page.request.post("/auth/sign-in/email", { data: { email, password }, headers });
      for (const each of [page, guest.page, owner.page]) await each.emulateMedia({ reducedMotion: "reduce" });
    },
  });
  after(async () => {
    await guest?.leave();
    await owner?.leave();
  });
  const step = stepsOf({ prefix: "sharing-", visitor: () => visitor });

  const cards = (on: Page) => on.getByRole("article").filter({ hasText: PROMPT });
  const notice = () => owner.page.getByRole("link", { name: "demo shared a picture with Ivy" });
  const dialog = () => page.getByRole("dialog");
  const PLACES = [
    "/pictures/",
    "/pictures/?adapter=orthoplex/ivy",
    "/adapter/?id=orthoplex/ivy",
    "/user/?handle=demo",
  ];

  step("shows nobody a picture that was only generated", async () => {
    await page.goto(
      `/compose/#a=orthoplex/ivy*0.9&l=open&z=256x256&p=${encodeURIComponent(PROMPT)}&s=21&n=4`,
    );
    await page.getByRole("button", { name: "Generate" }).click();
    await page.getByRole("toolbar", { name: "The picture on the canvas" }).waitFor();
    const { items } = await (await guest.page.request.get("/v1/pictures?limit=100")).json();
    assert.deepEqual(
      items.filter((each: { prompt: string }) => each.prompt === PROMPT),
      [],
    );
  });

  step("says what becomes public before it does", async () => {
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await dialog().getByText("Anybody will see it, without signing in").waitFor();
    for (const text of [
      "demo",
      PROMPT,
      "orthoplex/ivy:1 at 0.9",
      "seed 21, 4 steps, guidance 1, 256 × 256",
    ]) {
      await dialog().getByText(text, { exact: true }).waitFor();
    }
    assert.deepEqual(await faultsOf(page), []);
    await dialog().getByRole("button", { name: "Not now" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await dialog().getByRole("button", { name: "Share with everybody" }).click();
    await page.getByRole("dialog", { name: "Everybody can see it" }).waitFor();
    address = (await dialog().getByRole("link", { name: "Open its page" }).getAttribute("href")) ?? "";
  });

  step("knows of the result that it is shared, withdraws it there, and keeps the focus", async () => {
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    const open = () => page.getByRole("button", { name: "Share", exact: true }).click();
    await open();
    await page.getByRole("dialog", { name: "Everybody can see it" }).waitFor();
    await dialog().getByRole("button", { name: "Withdraw" }).click();
    await dialog().getByRole("button", { name: "Withdraw it for everybody" }).click();
    await page.getByRole("dialog", { name: "It is withdrawn" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.closest("dialog"));
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await open();
    await dialog().getByRole("button", { name: "Share with everybody" }).click();
    await page.getByRole("dialog", { name: "Everybody can see it" }).waitFor();
    assert.equal(await dialog().getByRole("link", { name: "Open its page" }).getAttribute("href"), address);
  });

  step("is seen by a guest in the feed, on the adapter's page and on the profile", async () => {
    for (const place of PLACES) {
      await guest.page.goto(place);
      await cards(guest.page).first().waitFor();
      assert.equal(await cards(guest.page).count(), 1, place);
    }
  });

  step("is in the notifications of the adapter's owner, who finds it from there", async () => {
    await owner.page.goto("/notifications/");
    await notice().waitFor();
    assert.deepEqual(await faultsOf(owner.page), []);
    await notice().click();
    await owner.page.waitForURL("**/pictures/?adapter=orthoplex/ivy#shared");
    await cards(owner.page).waitFor();
  });

  step("is shown to a guest with its recipe, author and members, and can be reported", async () => {
    await guest.page.goto("/pictures/");
    await cards(guest.page).getByRole("heading").getByRole("link").click();
    await guest.page.waitForURL(`**${address}`);
    await guest.page.getByRole("heading", { name: "A picture by demo" }).waitFor();
    await guest.page.getByText(/seed 21 · 256 × 256 · 4 steps/).waitFor();
    await guest.page.getByText("orthoplex/ivy:1 at 0.9").waitFor();
    await guest.page.getByRole("button", { name: "Report" }).waitFor();
    assert.equal(await guest.page.getByRole("button", { name: "Withdraw" }).count(), 0);
    assert.deepEqual(await faultsOf(guest.page), []);
  });

  step(
    "is liked once by the keyboard, which its cards and its own page count, and sorted by it",
    async () => {
      const like = owner.page.getByRole("button", { name: `Like ${PROMPT}, 0 likes`, disabled: false });
      const liked = owner.page.getByRole("button", { name: `Like ${PROMPT}, 1 like` });
      await owner.page.goto(address);
      await like.waitFor(); // it is disabled until the page knows who is there
      await like.focus();
      await owner.page.keyboard.press("Enter");
      await liked.waitFor();
      assert.equal(await liked.getAttribute("aria-pressed"), "true");
      assert.deepEqual(await faultsOf(owner.page), []);
      await owner.page.reload();
      await owner.page.getByRole("button", { name: `Like ${PROMPT}, 1 like`, pressed: true }).waitFor();

      await guest.page.goto(address);
      await guest.page.getByRole("link", { name: `1 like. Sign in to like ${PROMPT}` }).waitFor();
      await guest.page.goto("/pictures/");
      const sorted = guest.page.waitForResponse((reply) => reply.url().includes("sort=most_liked"));
      await guest.page.getByRole("radio", { name: "Most liked" }).press("Space");
      await sorted;
      await guest.page.waitForURL("**/pictures/?sort=most_liked");
      await guest.page.locator(".mix-rows[aria-busy=false]").waitFor();
      await guest.page.getByRole("article").first().getByText("Likes: 1").waitFor();
      assert.equal(await cards(guest.page).count(), 1);
      assert.deepEqual(await faultsOf(guest.page), []);

      await owner.page.goto("/following/#likes");
      await cards(owner.page).waitFor();
      await page.goto("/notifications/");
      await page.getByRole("link", { name: `orthoplex likes ${PROMPT}` }).click();
      await page.waitForURL(`**${address}`);
    },
  );

  step("opens in Compose as it was ordered", async () => {
    await guest.page.getByRole("link", { name: "Open in Compose" }).first().click();
    await guest.page.waitForURL("**/compose/**");
    await guest.page.getByRole("link", { name: "Ivy" }).first().waitFor();
    assert.equal(await guest.page.getByLabel("Prompt", { exact: true }).inputValue(), PROMPT);
  });

  step("is withdrawn by its owner, and gone everywhere", async () => {
    await page.goto(address);
    await page.getByRole("button", { name: "Withdraw" }).click();
    await page.getByRole("button", { name: "Withdraw it for everybody" }).click();
    await page.getByText("It is withdrawn").waitFor();
    for (const place of PLACES) {
      const listed = guest.page.waitForResponse((reply) => reply.url().includes("/v1/pictures?"));
      await guest.page.goto(place);
      await (await listed).finished();
      await guest.page.locator(".mix-rows[aria-busy=true]").first().waitFor({ state: "detached" });
      assert.equal(await cards(guest.page).count(), 0, place);
    }
    await guest.page.goto(address);
    await guest.page.getByText("Whoever shared it has withdrawn it.").waitFor();
    await owner.page.goto("/notifications/");
    await owner.page.locator(".notes[aria-busy=false]").waitFor();
    assert.equal(await notice().count(), 0);
    assert.deepEqual(guest.pageErrors, []);
  });
});
