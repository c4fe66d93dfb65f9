// The description of a new adapter: names derived from titles, licences to choose from, and missing fields. Pure.

import type { Rating } from "../../../schema/contract/moderation.ts";
import type { AdapterCreate, Licence } from "../../api.ts";
import type { LicenceOption } from "../../ui/licence-choice.tsx";

export interface About {
  title: string;
  name: string;
  /** The name was edited by hand and no longer follows the title. */
  named: boolean;
  classWord: string;
  concept: string;
  description: string;
  tags: string;
  licence: string;
  visibility: "public" | "unlisted" | "private";
  rating: Rating;
}

export const EMPTY_ABOUT: About = {
  title: "",
  name: "",
  named: false,
  classWord: "person",
  concept: "",
  description: "",
  tags: "",
  licence: "CC-BY-4.0",
  visibility: "public",
  rating: "general",
};

const grants = (credit: boolean, commercial: boolean, derivatives: boolean, different: boolean) => ({
  credit,
  commercial_use: commercial,
  derivatives,
  different_licence: different,
});

export const LICENCES: readonly (LicenceOption & { licence: Licence })[] = [
  {
    id: "CC-BY-4.0",
    name: "CC BY 4.0",
    text: "Anything, if they name you",
    licence: { spdx: "CC-BY-4.0", ...grants(true, true, true, true) },
  },
  {
    id: "CC0-1.0",
    name: "CC0",
    text: "Anything, without conditions",
    licence: { spdx: "CC0-1.0", ...grants(false, true, true, true) },
  },
  {
    id: "CC-BY-SA-4.0",
    name: "CC BY-SA 4.0",
    text: "Anything, if they name you and share what they change under the same licence",
    licence: { spdx: "CC-BY-SA-4.0", ...grants(true, true, true, false) },
  },
  {
    id: "CC-BY-NC-4.0",
    name: "CC BY-NC 4.0",
    text: "Anything but business, if they name you",
    licence: { spdx: "CC-BY-NC-4.0", ...grants(true, false, true, true) },
  },
  {
    id: "CC-BY-ND-4.0",
    name: "CC BY-ND 4.0",
    text: "Use it as it is, if they name you: no changed versions",
    licence: { spdx: "CC-BY-ND-4.0", ...grants(true, true, false, false) },
  },
];

export function tagsFrom(text: string): string[] {
  const tags = text.split(/[,#]/).map((tag) => tag.trim().toLowerCase().replace(/\s+/g, " "));
  return [...new Set(tags.filter((tag) => tag !== ""))];
}

/** The field that is still missing, or null when everything required is there. */
export function missingIn(about: About): string | null {
  if (about.title.trim() === "") return "Give it a name.";
  if (about.name === "") return "The short name needs a to z or a digit.";
  if (about.classWord.trim() === "") return "Say what kind of thing it is, for example person.";
  return null;
}

export function adapterOf(about: About, base: string): AdapterCreate {
  const chosen = LICENCES.find(({ id }) => id === about.licence) ?? LICENCES[0];
  if (!chosen) throw new Error("There is no licence to choose from");
  return {
    name: about.name,
    title: about.title.trim(),
    description: about.description.trim(),
    base,
    concept: about.concept.trim() || about.title.trim(),
    class_word: about.classWord.trim(),
    tags: tagsFrom(about.tags),
    licence: chosen.licence,
    visibility: about.visibility,
    rating: about.rating,
  };
}
