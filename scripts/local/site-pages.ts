// Addresses that show every page of the site with something on it, from the seeded catalog. `npm run screenshots` and the sweep over all
// pages (test/journeys/pages.test.ts) go through them.

import type { Orthoplex } from "../../schema/client/index.ts";

export interface SitePage {
  path: string;
  /** Whose session shows it whole; everybody else sees a refusal there. */
  as: "demo" | "operator";
}

/** Long, with hundreds of alike sections. */
export const REFERENCE_PATH = "/docs/reference/";

const FIXED = [
  ...[
    "/",
    "/browse/",
    "/mixes/",
    "/pictures/",
    "/collections/",
    "/compose/",
    "/publish/",
    "/method/",
    "/about/",
    "/gallery/",
  ],
  ...["/docs/", "/docs/errors/", REFERENCE_PATH],
  ...[
    "/following/",
    "/jobs/",
    "/jobs/?kind=ledger",
    "/account/",
    "/account/reset/",
    "/account/emails/",
    "/notifications/",
  ],
  ...["/decisions/", "/there-is-no-such-page/"],
];
const OF_OPERATORS = ["/moderation/", "/operations/"];

export async function sitePages(api: Orthoplex): Promise<SitePage[]> {
  const adapters = await api.get("/v1/adapters", { params: { query: { limit: 2 } } });
  const mixes = await api.get("/v1/mixes", { params: { query: { limit: 1 } } });
  const pictures = await api.get("/v1/pictures", { params: { query: { limit: 1 } } });
  const collections = await api.get("/v1/collections", { params: { query: { limit: 1 } } });
  const refs = adapters.items.map(({ ref }) => ref);
  const paths = [
    ...FIXED,
    ...refs.slice(0, 1).flatMap((ref) => [`/adapter/?id=${ref}`, `/user/?handle=${ref.split("/")[0]}`]),
    ...mixes.items.map(({ ref }) => `/mix/?ref=${ref}`),
    ...pictures.items.map(({ id }) => `/pictures/?id=${id}`),
    ...collections.items.map(({ ref }) => `/collection/?ref=${ref}`),
    `/compose/#${refs.map((ref) => `a=${ref}*1`).join("&")}`,
  ];
  return [
    ...paths.map((path) => ({ path, as: "demo" as const })),
    ...OF_OPERATORS.map((path) => ({ path, as: "operator" as const })),
  ];
}
