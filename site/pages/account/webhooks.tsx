// Webhooks: endpoints that are notified when jobs end, their deliveries, and replaying failed ones.

import { useState } from "preact/hooks";
import { type Delivery, type Webhook, type WebhookWithSecret, webhooks } from "../../api-webhooks.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { agoOf, countOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";

const EVENTS = [
  ["*.succeeded", "Succeeded"],
  ["*.failed", "Failed"],
  ["*.canceled", "Canceled"],
  ["*.running", "Begun"],
] as const;
const DISABLED_BECAUSE: Record<NonNullable<Webhook["disabled_reason"]>, string> = {
  owner: "paused",
  gone: "off: it answered 410 Gone",
  failing: "off: it failed for days",
};
const DELIVERIES_SHOWN = 20;

export function Webhooks() {
  const list = useReply(() => webhooks.list(), []);
  const [secret, setSecret] = useState<WebhookWithSecret | null>(null);
  const [making, setMaking] = useState(false);
  const [watched, setWatched] = useState<Webhook | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const act = async (work: Promise<{ ok: true } | { ok: false; failure: Failure }>) => {
    const reply = await work;
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) list.again();
  };
  const rotate = async (hook: Webhook) => {
    const reply = await webhooks.rotate(hook.id);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) setSecret(reply.value);
  };
  const items = list.value?.items ?? [];
  const shown = list.failure ?? failure;
  return (
    <section class="account-section" id="webhooks">
      <div class="card-line">
        <h2>Webhooks</h2>
        <button type="button" class="button small" onClick={() => setMaking(true)}>
          New webhook
        </button>
      </div>
      {secret && (
        <Notice variant="good" title="The signing secret: copy it now">
          <p>Messages are signed by Standard Webhooks. The secret is shown this once.</p>
          <p class="made-key">
            <code>{secret.secret}</code>
          </p>
          <div class="actions">
            <CopyButton text={() => secret.secret} label="Copy the secret" />
            <button type="button" class="button small" onClick={() => setSecret(null)}>
              I have it
            </button>
          </div>
        </Notice>
      )}
      {shown && <FailureNotice failure={shown} />}
      {list.waiting && items.length === 0 && <p class="quiet">Loading</p>}
      {list.arrived?.items.length === 0 && (
        <p class="quiet">None. A webhook notifies your server when one of your jobs has ended.</p>
      )}
      {items.map((hook) => (
        <div class="webhook" key={hook.id}>
          <p>
            <code class="webhook-url">{hook.url}</code>
            <span class="quiet">
              {` ${hook.events.join(", ")}${hook.disabled_reason ? ` · ${DISABLED_BECAUSE[hook.disabled_reason]}` : ""}`}
              {hook.enabled && hook.failures > 0
                ? ` · ${countOf(hook.failures, "failed attempt")} in a row`
                : ""}
            </span>
          </p>
          <div class="actions">
            <button type="button" class="button small" onClick={() => setWatched(hook)}>
              Deliveries
            </button>
            <button type="button" class="button small" onClick={() => act(webhooks.ping(hook.id))}>
              Send a test
            </button>
            <button
              type="button"
              class="button small"
              onClick={() => act(webhooks.change(hook.id, { enabled: !hook.enabled }))}
            >
              {hook.enabled ? "Pause" : "Turn on"}
            </button>
            <button type="button" class="button small" onClick={() => rotate(hook)}>
              New secret
            </button>
            <button type="button" class="button small danger" onClick={() => act(webhooks.remove(hook.id))}>
              Delete
            </button>
          </div>
        </div>
      ))}
      {making && (
        <Make
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made);
            list.again();
          }}
        />
      )}
      {watched && <Deliveries hook={watched} onClose={() => setWatched(null)} />}
    </section>
  );
}

function Make({ onMade, onClose }: { onMade: (made: WebhookWithSecret) => void; onClose: () => void }) {
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<readonly string[]>(["*.succeeded", "*.failed", "*.canceled"]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await webhooks.make({ url, events: [...events] });
    if (reply.ok) onMade(reply.value);
    else setFailure(reply.failure);
  };
  return (
    <Dialog title="New webhook" shape="box" onClose={onClose}>
      <form class="make-key" onSubmit={submit}>
        <TextField
          label="Address"
          hint="https, reachable from the public internet."
          fault={failure ? faultAt(failure, "/url") : null}
          type="url"
          required
          placeholder="https://example.org/hooks/orthoplex"
          value={url}
          onText={setUrl}
        />
        <fieldset class="scopes">
          <legend class="label">When a job has</legend>
          {EVENTS.map(([name, words]) => (
            <label class="check" key={name}>
              <input
                type="checkbox"
                checked={events.includes(name)}
                onChange={() =>
                  setEvents(
                    events.includes(name) ? events.filter((each) => each !== name) : [...events, name],
                  )
                }
              />
              <span>{words}</span>
            </label>
          ))}
        </fieldset>
        {failure && <FailureNotice failure={failure} />}
        <button type="submit" class="button primary" disabled={events.length === 0}>
          Make the webhook
        </button>
      </form>
    </Dialog>
  );
}

function Deliveries({ hook, onClose }: { hook: Webhook; onClose: () => void }) {
  const list = useReply(
    () => webhooks.deliveries({ webhook_id: hook.id, limit: DELIVERIES_SHOWN }),
    [hook.id],
  );
  const [failure, setFailure] = useState<Failure | null>(null);
  const again = async (work: Promise<{ ok: true } | { ok: false; failure: Failure }>) => {
    const reply = await work;
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) list.again();
  };
  const items = list.value?.items ?? [];
  const shown = list.failure ?? failure;
  return (
    <Dialog title="Deliveries" shape="box" onClose={onClose}>
      <p class="quiet webhook-url">{hook.url}</p>
      {shown && <FailureNotice failure={shown} />}
      {items.some(({ state }) => state === "failed") && (
        <div class="actions">
          <button type="button" class="button small" onClick={() => again(webhooks.replayFailed(hook.id))}>
            Send all failed ones again
          </button>
        </div>
      )}
      {list.waiting && items.length === 0 && <p class="quiet">Loading</p>}
      {list.arrived?.items.length === 0 && <p class="quiet">Nothing was sent yet.</p>}
      <ul class="deliveries">
        {items.map((delivery) => (
          <li key={delivery.id}>
            <span>
              <strong>{delivery.type}</strong>
              <span class="quiet">{` ${agoOf(delivery.created_at, Date.now())} · ${statusText(delivery)}`}</span>
            </span>
            {delivery.state !== "pending" && (
              <button type="button" class="button small" onClick={() => again(webhooks.replay(delivery.id))}>
                Send again
              </button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function statusText({ state, attempts }: Delivery): string {
  const last = attempts.at(-1);
  const answer = last?.response_status ? `answered ${last.response_status}` : (last?.error ?? "");
  const tried = attempts.length > 1 ? `, ${countOf(attempts.length, "attempt")}` : "";
  return `${state}${answer && `: ${answer}`}${tried}`;
}
