// The tools of the picture on the canvas, and the dialogs that they open.

import { useState } from "preact/hooks";
import { useAccount } from "../../ui/use-reply.ts";
import { editOf, type Result, resultsIn, type Workspace } from "../../workspace/document.ts";
import { CodeDialog } from "./code-dialog.tsx";
import { CompareDialog } from "./compare-dialog.tsx";
import { GridDialog } from "./grid-dialog.tsx";
import { GridSheet } from "./grid-sheet.tsx";
import { exactly, variations, without } from "./iterate.ts";
import { PictureBar } from "./picture-bar.tsx";
import { PublishDialog } from "./publish-dialog.tsx";
import type { Composer } from "./use-composer.ts";
import { takenFrom } from "./uses.ts";

type Open = "publish" | "compare" | "grid" | "sheet" | "code" | null;

export function ShownBar(props: {
  composer: Composer;
  workspace: Workspace;
  shown: Result;
  boxes: boolean;
  onBoxes: () => void;
}) {
  const { composer, workspace, shown } = props;
  const { form, known, dispatch, change, orderAll } = composer;
  const account = useAccount();
  const [open, setOpen] = useState<Open>(null);
  const { id } = shown.image;
  const nameOf = (ref: string) => known.adapters.get(ref)?.title ?? ref;
  const group = () => crypto.randomUUID();
  return (
    <>
      <PictureBar
        result={shown}
        favourite={editOf(workspace).favourites.includes(id)}
        boxes={props.boxes}
        guest={account === null}
        publishable={Boolean(account) && shown.order.request.adapters.length > 0}
        comparable={comparableTo(shown, workspace).length > 0}
        members={shown.form.members.map(({ ref }) => [ref, nameOf(ref)] as const)}
        onFavourite={() => dispatch({ type: "favourite", id, at: Date.now() })}
        onBoxes={props.onBoxes}
        onUse={(use) => change(takenFrom(use, shown, form))}
        onVariations={() => orderAll(variations(shown, group()))}
        onWithout={(ref) => orderAll(without(shown, ref, nameOf(ref), group()))}
        onCompare={() => setOpen("compare")}
        onGrid={() => setOpen("grid")}
        onSheet={() => setOpen("sheet")}
        onCode={() => setOpen("code")}
        onPublish={() => setOpen("publish")}
        onRemove={() => dispatch({ type: "remove", ids: [id], at: Date.now() })}
      />
      <Dialogs
        composer={composer}
        workspace={workspace}
        shown={shown}
        open={open}
        onClose={() => setOpen(null)}
      />
    </>
  );
}

function Dialogs(props: {
  composer: Composer;
  workspace: Workspace;
  shown: Result;
  open: Open;
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
    case null:
      return null;
  }
}

/** Only pictures of one size lie over each other; newest first. */
function comparableTo({ image }: Result, workspace: Workspace): Result[] {
  return resultsIn(workspace)
    .filter((other) => other.image.id !== image.id)
    .filter((other) => other.image.width === image.width && other.image.height === image.height)
    .reverse();
}
