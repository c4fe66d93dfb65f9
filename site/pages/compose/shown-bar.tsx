// The tools of the picture on the canvas; the dialogs that they open are loaded with the first of them.

import { useState } from "preact/hooks";
import { useAccount } from "../../ui/use-reply.ts";
import { editOf, type Result, type Workspace } from "../../workspace/document.ts";
import { comparableTo } from "./comparable.ts";
import { enlargeResult } from "./full-size.ts";
import { variations, without } from "./iterate.ts";
import { PictureBar } from "./picture-bar.tsx";
import type { OpenDialog, ShownDialogs } from "./shown-dialogs.tsx";
import type { Composer } from "./use-composer.ts";
import { takenFrom } from "./uses.ts";

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
  const [open, setOpenNow] = useState<OpenDialog>(null);
  const [Dialogs, setDialogs] = useState<typeof ShownDialogs | null>(null);
  const setOpen = async (dialog: OpenDialog) => {
    setOpenNow(dialog);
    if (dialog === null || Dialogs) return;
    const loaded = await import("./shown-dialogs.tsx");
    setDialogs(() => loaded.ShownDialogs);
  };
  const { id } = shown.image;
  const nameOf = (ref: string) => known.adapters.get(ref)?.title ?? ref;
  const group = () => crypto.randomUUID();
  return (
    <>
      <PictureBar
        result={shown}
        favourite={editOf(workspace).favourites.includes(id)}
        boxes={props.boxes}
        guest={!account}
        publishable={Boolean(account) && shown.order.request.adapters.length > 0}
        comparable={comparableTo(shown, workspace).length > 0}
        members={shown.form.members.map(({ ref }) => [ref, nameOf(ref)] as const)}
        onEnlarge={() => enlargeResult(workspace, id)}
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
        onShare={() => setOpen("share")}
        onRemove={() => dispatch({ type: "remove", ids: [id], at: Date.now() })}
      />
      {Dialogs && open && (
        <Dialogs
          composer={composer}
          workspace={workspace}
          shown={shown}
          open={open}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
