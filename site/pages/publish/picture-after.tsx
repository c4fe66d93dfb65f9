// Orders a picture while the training still runs: the job waits for the version that the training creates.

import { useState } from "preact/hooks";
import { PROMPT_MAX_CHARACTERS, STRENGTH_DEFAULT } from "../../../schema/contract/limits.ts";
import { api, type Generation, type Training } from "../../api.ts";
import { EMPTY_FORM } from "../../composition/form.ts";
import { hashOf } from "../../composition/link.ts";
import { TextField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useSend } from "../../ui/use-send.ts";

const composeUrl = ({ id, request: { adapter: ref, trigger } }: Training) => {
  const member = { ref, strength: STRENGTH_DEFAULT, region: null, mode: "on" as const };
  return `/compose/#${hashOf({ ...EMPTY_FORM, members: [{ ...member, training: { id, trigger } }] })}`;
};

export function PictureAfter({ training }: { training: Training }) {
  const [prompt, setPrompt] = useState(`${training.request.trigger} laughing`);
  const [ordered, setOrdered] = useState<readonly Generation[]>([]);
  const { busy, failure, send } = useSend();
  const order = async () => {
    const reply = await send(() =>
      api.generate({ prompt, adapters: [{ training_id: training.id }], count: 1 }),
    );
    if (reply.ok) setOrdered([...ordered, reply.value]);
  };
  return (
    <details class="more picture-after">
      <summary>Order a picture for when it is done</summary>
      <form
        class="with-button"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && prompt.trim() !== "") order();
        }}
      >
        <TextField label="Prompt" maxLength={PROMPT_MAX_CHARACTERS} value={prompt} onText={setPrompt} />
        <button type="submit" class="button" disabled={busy || prompt.trim() === ""}>
          Order
        </button>
      </form>
      <p class="hint" role="status">
        {ordered.length === 0
          ? "It waits for this training, and is given back if that fails."
          : `${ordered.length === 1 ? "A picture waits" : `${ordered.length} pictures wait`} for this training. `}
        {ordered.length > 0 && <a href="/jobs/">See your jobs</a>}
      </p>
      <p class="hint">
        <a href={composeUrl(training)}>Compose it with others</a>
      </p>
      {failure && <FailureNotice failure={failure} />}
    </details>
  );
}
