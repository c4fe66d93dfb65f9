// The results of the workspace in full size, newest first as in the strip.

import { showFullSize } from "../../ui/enlarge.tsx";
import { resultsIn, type Workspace } from "../../workspace/document.ts";
import { openStore } from "../../workspace/store.ts";
import { bytesOfResult } from "./save.ts";

export function enlargeResult(workspace: Workspace, id: string): void {
  const results = [...resultsIn(workspace)].reverse();
  const pictures = results.map((result) => ({
    src: result.image.url,
    title: result.order.request.prompt || "Picture",
    recipe: result.image.recipe ?? { ...result.order.request, seed: result.image.seed },
    bytes: async () => bytesOfResult(result, await openStore()),
  }));
  showFullSize(
    pictures,
    Math.max(
      0,
      results.findIndex(({ image }) => image.id === id),
    ),
  );
}
