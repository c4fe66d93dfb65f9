// The catalog list, page by page.

import { type Adapter, type AdapterQuery, api } from "../api.ts";
import { type List, useList } from "./use-list.ts";

export const useAdapterPages = (query: AdapterQuery): List<Adapter> =>
  useList(JSON.stringify(query), (at) => api.adapters({ ...query, ...at }));
