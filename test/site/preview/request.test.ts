// The form says what is previewed, and whether what was drawn is still what it says.

import { describe, expect, it } from "vitest";
import type { Adapter } from "../../../site/api.ts";
import { EMPTY_FORM, type Form, type Known } from "../../../site/composition/form.ts";
import { requestOf } from "../../../site/preview/request.ts";

const adapter = {
  title: "Ana",
  latest_version: { trigger: "<ana>", download_url: "/v1/versions/ver_1/download" },
} as Adapter;
const known: Known = { base: null, adapters: new Map([["ada/ana", adapter]]) };
const form: Form = {
  ...EMPTY_FORM,
  members: [
    { ref: "ada/ana", strength: 0.8, mode: "on" as const, region: { x: 0, y: 0, width: 0.5, height: 1 } },
  ],
  size: "512x256",
  prompt: "<ana> smiling",
};

describe("a preview", () => {
  it("requests the picked people with their strengths and boxes, on the form's canvas", () => {
    const request = requestOf(form, known, 7);
    expect(request).toMatchObject({ cells: 2, seed: 7, prompt: "<ana> smiling" });
    expect(request?.members).toEqual([
      {
        trigger: "<ana>",
        url: "/v1/versions/ver_1/download",
        title: "Ana",
        strength: 0.8,
        region: form.members[0]?.region,
      },
    ]);
  });

  it("needs a member of the catalog and a prompt", () => {
    expect(requestOf({ ...form, prompt: " " }, known, 7)).toBeNull();
    expect(requestOf({ ...form, members: [] }, known, 7)).toBeNull();
    expect(requestOf(form, { ...known, adapters: new Map() }, 7)).toBeNull();
  });
});
