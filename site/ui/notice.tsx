// What happened and what to do: failures of calls, remarks, and places where nothing is yet.

import type { ComponentChildren } from "preact";
import { codeOf, type Failure, messageOf } from "./failure.ts";
import { Icon, type IconName } from "./icon.tsx";

type Tone = "info" | "good" | "warn" | "bad";
const ICONS: Record<Tone, IconName> = { info: "info", good: "check", warn: "alert", bad: "alert" };

export function Notice(props: { tone: Tone; title: string; children?: ComponentChildren }) {
  return (
    <div class={`notice ${props.tone}`} role={props.tone === "bad" ? "alert" : "status"}>
      <Icon name={ICONS[props.tone]} />
      <div>
        <strong>{props.title}</strong>
        {props.children}
      </div>
    </div>
  );
}

/** A failed call. Offers to sign in where that is the way on, and to try again where the caller can. */
export function FailureNotice({ failure, again }: { failure: Failure; again?: () => void }) {
  const { title, detail, remedy } = messageOf(failure);
  const signIn = codeOf(failure) === "auth_required";
  return (
    <Notice tone="bad" title={title}>
      {detail && <p>{detail}</p>}
      <p>{remedy}</p>
      {(again || signIn) && (
        <div class="actions">
          {signIn && (
            <a class="button small" href={signInUrl()}>
              Sign in
            </a>
          )}
          {again && (
            <button type="button" class="button small" onClick={again}>
              Try again
            </button>
          )}
        </div>
      )}
    </Notice>
  );
}

export function Empty(props: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** The way on from where nothing is. */
export function ToCatalog() {
  return (
    <div class="actions">
      <a class="button primary" href="/browse/">
        Browse the catalog
      </a>
    </div>
  );
}

/** Where a page is nothing without an account. */
export function SignInFirst(props: { title: string; children?: ComponentChildren }) {
  return (
    <Empty title={props.title}>
      {props.children}
      <div class="actions">
        <a class="button primary" href={signInUrl()}>
          Sign in
        </a>
      </div>
    </Empty>
  );
}

/** The sign-in form, with the way back to the present page. */
export function signInUrl(): string {
  return `/account/?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
}
