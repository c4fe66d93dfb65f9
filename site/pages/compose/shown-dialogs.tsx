// The dialogs of the picture on the canvas. Loaded when the first of them is opened.

import { useAccount } from "../../ui/use-reply.ts";
import type { Result, Workspace } from "../../workspace/document.ts";
import { CodeDialog } from "./code-dialog.tsx";
import { comparableTo } from "./comparable.ts";
import { CompareDialog } from "./compare-dialog.tsx";
import { GridDialog } from "./grid-dialog.tsx";
import { GridSheet } from "./grid-sheet.tsx";
import { exactly } from "./iterate.ts";
import { PublishDialog } from "./publish-dialog.tsx";
import { ShareDialog } from "./share-dialog.tsx";
import type { Composer } from "./use-composer.ts";

export type OpenDialog = "publish" | "share" | "compare" | "grid" | "sheet" | "code" | null;

export function ShownDialogs(props: {
  composer: Composer;
  workspace: Workspace;
  shown: Result;
  open: OpenDialog;
  onClose: () => void;
}) {
  const { composer, workspace, shown, onClose } = props;
  const { known, dispatch } = composer;
  const account = useAccount();
  switch (props.open) {
    case "compare":
      return <CompareDialog first={shown} others={comparableTo(shown, workspace)} onClose={onClose} />;
    case "code":
      return <CodeDialog body={composer.requestOf(exactly(shown))} onClose={onClose} />;
    case "sheet":
      return (
        <GridSheet
          workspace={workspace}
          group={shown.place?.group ?? ""}
          onShow={(id) => dispatch({ type: "show", id })}
          onClose={onClose}
        />
      );
    case "grid":
      if (!known.base) return null;
      return (
        <GridDialog
          form={exactly(shown)}
          known={known}
          base={known.base}
          seed={shown.image.seed ?? 0}
          onStart={composer.orderAll}
          onClose={onClose}
        />
      );
    case "publish":
      if (!account) return null;
      return (
        <PublishDialog
          request={shown.order.request}
          image={shown.image}
          from={shown.form.from}
          handle={account.handle}
          onClose={onClose}
        />
      );
    case "share":
      if (!account) return null;
      return (
        <ShareDialog
          image={shown.image}
          request={shown.order.request}
          handle={account.handle}
          onClose={onClose}
        />
      );
    case null:
      return null;
  }
}
