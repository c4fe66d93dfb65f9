// Who may search the catalog: anybody. What a list shows to whom is tested in catalog/search.test.ts.

import type { Entry } from "./entry.ts";

export const search: Entry[] = [
  { route: "GET /v1/adapters", right: "anyone", call: () => ({ path: "/v1/adapters?q=ada" }) },
  { route: "GET /v1/adapters/facets", right: "anyone", call: () => ({ path: "/v1/adapters/facets" }) },
  { route: "GET /v1/suggest", right: "anyone", call: () => ({ path: "/v1/suggest?q=ada" }) },
];
