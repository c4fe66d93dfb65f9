// The queries that the catalog benchmark sends; each kind varies its parameters for every sample.

import { frequentFirst, type Made } from "./catalog-rows.ts";

export type Query = {
  name: string;
  path: () => string /** First asks for a page, then for the one after it. */;
  second?: true;
  /** Sends the ETag of an earlier answer, so that the answer is a 304. */
  known?: true;
};

export function queriesOf(made: Made, random: () => number): Query[] {
  const any = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const often = <T>(list: readonly T[]) => frequentFirst(random, list);
  const lists = (query: () => string) => () => `/v1/adapters?${query()}`;
  const facets = (query: () => string) => () => `/v1/adapters/facets?${query()}`;
  const word = () => `q=${any(made.words)}`;
  const characters = () => `q=${any(made.words).slice(0, 2)}`;
  const slip = () => {
    const long = any(made.words.filter((each) => each.length >= 6));
    const at = 1 + Math.floor(random() * (long.length - 3));
    return `q=${long.slice(0, at)}${long[at + 1]}${long[at]}${long.slice(at + 2)}`;
  };
  const tag = () => `tag=${often(made.tags)}`;
  const kind = () => `class=${often(made.classes)}`;
  const members = (count: number) => () =>
    `composes_with=${Array.from({ length: count }, () => any(made.slotted)).join(",")}`;
  const both =
    (...parts: (() => string)[]) =>
    () =>
      parts.map((part) => part()).join("&");
  const constant = (text: string) => () => text;
  return [
    { name: "the bases: one count, nothing of the catalog", path: constant("/v1/bases") },
    { name: "a list that the client has (304)", path: lists(constant("sort=newest")), known: true },
    ...["newest", "trending", "most_used", "most_liked", "name"].map((sort) => ({
      name: `list by ${sort}`,
      path: lists(constant(`sort=${sort}`)),
    })),
    { name: "list by most_used, second page", path: lists(constant("sort=most_used")), second: true },
    { name: "list of one class by most_used", path: lists(both(kind, constant("sort=most_used"))) },
    { name: "list of one tag by most_used", path: lists(both(tag, constant("sort=most_used"))) },
    { name: "list of one owner", path: lists(() => `owner=${often(made.owners)}`) },
    {
      name: "list of class, tag, licence and grants",
      path: lists(both(kind, tag, constant("licence=MIT&allows=commercial_use"))),
    },
    {
      name: "list without results",
      path: lists(constant("base=made-up-3&class=person&licence=CC-BY-ND-4.0&allows=derivatives")),
    },
    { name: "search for a word", path: lists(word) },
    { name: "search for two characters", path: lists(characters) },
    { name: "search for two characters by newest", path: lists(both(characters, constant("sort=newest"))) },
    { name: "search for two words", path: lists(() => `${characters()}%20${any(made.words).slice(0, 3)}`) },
    { name: "search for a word inside a text without spaces", path: lists(() => `q=${any(made.unspaced)}`) },
    {
      name: "search for one character of a script without spaces",
      path: lists(() => `q=${any(made.unspaced).slice(0, 1)}`),
    },
    { name: "search for a frequent class word", path: lists(constant("q=person")) },
    { name: "search for a misspelt word", path: lists(slip) },
    { name: "composes exactly with one", path: lists(members(1)) },
    {
      name: "composes exactly with three, by trending",
      path: lists(both(members(3), constant("sort=trending"))),
    },
    { name: "facets of everything", path: facets(constant("")) },
    { name: "facets of a class", path: facets(kind) },
    { name: "facets of a tag", path: facets(tag) },
    { name: "facets of an owner", path: facets(() => `owner=${often(made.owners)}`) },
    { name: "facets of a class and a tag", path: facets(both(kind, tag)) },
    { name: "facets of a word", path: facets(word) },
    { name: "facets of two characters", path: facets(characters) },
    { name: "facets of what composes with one", path: facets(members(1)) },
    ...["base", "class", "tag", "licence", "allows", "owner", "rating"].map((name) => ({
      name: `facet ${name} of a class`,
      path: facets(both(kind, constant(`facet=${name}`))),
    })),
    {
      name: "tags that begin with two characters",
      path: facets(() => `facet=tag&prefix=${any(made.tags).slice(0, 2)}`),
    },
    { name: "suggestions for two characters", path: () => `/v1/suggest?${characters()}` },
    { name: "suggestions for four characters", path: () => `/v1/suggest?q=${any(made.words).slice(0, 4)}` },
  ];
}
