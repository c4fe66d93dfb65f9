// Shares the picture on the canvas with everybody, after showing what becomes public by it.

import { useState } from "preact/hooks";
import type { GeneratedImage, Generation } from "../../api.ts";
import type { Rating } from "../../api-mixes.ts";
import { pictures, type SharedPicture } from "../../api-pictures.ts";
import { faultAt } from "../../failure.ts";
import { RATINGS } from "../../ui/choices.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { pictureUrl } from "../../ui/shared-picture.ts";
import { useSend } from "../../ui/use-send.ts";
import { WithdrawPicture } from "../../ui/withdraw-picture.tsx";
import { publicFacts } from "./public-facts.ts";

export interface ToShare {
  image: GeneratedImage;
  request: Generation["request"];
  /** Of the account that shares it. */
  handle: string;
}

/** What was shared since the page was opened, by the id of the result: its dialog shows it as shared, and withdraws it. */
const shares = new Map<string, SharedPicture>();

export function ShareDialog({ onClose, ...shown }: ToShare & { onClose: () => void }) {
  const { id } = shown.image;
  const [shared, setShared] = useState<SharedPicture | "withdrawn" | null>(shares.get(id) ?? null);
  const onShared = (picture: SharedPicture) => {
    shares.set(id, picture);
    setShared(picture);
  };
  const onWithdrawn = () => {
    shares.delete(id);
    setShared("withdrawn");
  };
  const title =
    shared === "withdrawn" ? "It is withdrawn" : shared ? "Everybody can see it" : "Share this picture";
  return (
    <Dialog title={title} shape="box" onClose={onClose}>
      {shared === "withdrawn" ? (
        <div class="share-picture">
          <p>Nobody else sees it any more. Your result is still here.</p>
        </div>
      ) : shared ? (
        <Shared picture={shared} onWithdrawn={onWithdrawn} />
      ) : (
        <ShareForm {...shown} onShared={onShared} onClose={onClose} />
      )}
    </Dialog>
  );
}

export function ShareForm(
  props: ToShare & { onShared: (picture: SharedPicture) => void; onClose: () => void },
) {
  const { image, request, handle } = props;
  // Until one is chosen none is sent: what was shared before keeps the one that it has.
  const [rating, setRating] = useState<Rating>();
  const { busy, failure, send } = useSend();
  const share = async (event: Event) => {
    event.preventDefault();
    const reply = await send(() => pictures.share({ image_id: image.id, ...(rating && { rating }) }));
    if (reply.ok) props.onShared(reply.value);
  };
  return (
    <form class="share-picture" onSubmit={share}>
      <Picture src={image.url} alt="" width={image.width} height={image.height} />
      <p>
        Anybody will see it, without signing in: among all pictures, on the page of every adapter in it, and
        on your profile. With it they see:
      </p>
      <dl class="share-facts">
        {publicFacts(request, image, handle).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <SelectField
        label="Rating"
        hint="At least that of the adapters in it."
        fault={faultAt(failure, "/rating")}
        value={rating ?? "general"}
        options={RATINGS}
        onChoose={setRating}
      />
      {failure && <FailureNotice failure={failure} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? "Sharing" : "Share with everybody"}
        </button>
        <button type="button" class="button" onClick={props.onClose}>
          Not now
        </button>
      </div>
      <p class="hint">You can withdraw it at any time. Copies that others made by then stay with them.</p>
    </form>
  );
}

function Shared({ picture, onWithdrawn }: { picture: SharedPicture; onWithdrawn: () => void }) {
  return (
    <div class="share-picture">
      <p>It is among the pictures, on the pages of its adapters and on your profile.</p>
      <code class="share-address">{picture.page_url}</code>
      <div class="actions">
        <a class="button primary" href={pictureUrl(picture.id)}>
          Open its page
        </a>
        <CopyButton text={() => picture.page_url} label="Copy the address" class="button" />
        <WithdrawPicture id={picture.id} onWithdrawn={onWithdrawn} />
      </div>
    </div>
  );
}
