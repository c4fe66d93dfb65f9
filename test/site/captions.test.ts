// Captions use the base's words, and say no two things that exclude each other.

import { describe, expect, it } from "vitest";
import type { Training } from "../../site/api.ts";
import { captionFrom, contradictionIn } from "../../site/pages/publish/captions.ts";
import { secondsFor } from "../../site/pages/publish/estimate.tsx";

const words = {
  expression: ["neutral", "smiling", "laughing"],
  background: ["sky", "sky hills", "mint"],
  glasses: ["glasses", "beard"],
};

describe("captions", () => {
  it("are proposed from a file's name where the base knows its words", () => {
    expect(captionFrom("ana-smiling-02.png", words)).toBe("smiling");
    expect(captionFrom("Laughing_mint.JPG", words)).toBe("laughing, mint background");
    expect(captionFrom("IMG_2041.png", words)).toBe("");
  });

  it("are the words of a file's name where the base reads free text", () => {
    expect(captionFrom("Smiling-in-the-park-02.jpg", null)).toBe("smiling in the park");
    expect(captionFrom("злой.png", null)).toBe("злой");
    expect(captionFrom("DSC_0012 (copy 2).JPG", null)).toBe("");
    expect(captionFrom("PXL_20240801_101112.jpg", null)).toBe("");
  });

  it("contradict themselves with two words of an exclusive group", () => {
    expect(contradictionIn("smiling, laughing", words)).toBe("smiling and laughing exclude each other.");
    expect(contradictionIn("smiling, glasses, beard", words)).toBeNull();
    expect(contradictionIn("sky hills background", words)).toBeNull();
    expect(contradictionIn("", words)).toBeNull();
  });
});

describe("the estimate of a training", () => {
  const took = (seconds: number, steps: number) =>
    ({
      started_at: "2026-11-29T12:00:00.000Z",
      finished_at: new Date(Date.parse("2026-11-29T12:00:00.000Z") + seconds * 1000).toISOString(),
      request: { steps },
    }) as Pick<Training, "started_at" | "finished_at"> & { request: { steps: number } } as Training;

  it("uses the pace of recent trainings, and is absent without any", () => {
    expect(secondsFor(400, [took(100, 100), took(100, 50)])).toBe(600);
    expect(secondsFor(400, [])).toBeNull();
    expect(secondsFor(400, [{ ...took(1, 1), started_at: null }])).toBeNull();
  });
});
