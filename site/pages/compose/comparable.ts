// The other results with which a picture can be compared. Pure.

import { type Result, resultsIn, type Workspace } from "../../workspace/document.ts";

/** Only pictures of one size lie over each other; newest first. */
export function comparableTo({ image }: Result, workspace: Workspace): Result[] {
  return resultsIn(workspace)
    .filter((other) => other.image.id !== image.id)
    .filter((other) => other.image.width === image.width && other.image.height === image.height)
    .reverse();
}
