// Notices: failures of calls, remarks, and empty states.

import type { ComponentChildren } from "preact";
import { codeOf, type Failure, messageOf } from "../failure.ts";
import { Icon, type IconName } from "./icon.tsx";

type Variant = "info" | "good" | "warn" | "bad";
const ICONS: Record<Variant, IconName> = { info: "info", good: "check", warn: "alert", bad: "alert" };

export function Notice(props: { variant: Variant; title: string; children?: ComponentChildren }) {
  return (
    <div class={`notice ${props.variant}`} role={props.variant === "bad" ? "alert" : "status"}>
      <Icon name={ICONS[props.variant]} />
      <div>
        <strong>{props.title}</strong>
        {props.children}
      </div>
    </div>
  );
}

/** A failed call. Offers to sign in where that helps, and to retry where the caller can. */
export function FailureNotice({ failure, again }: { failure: Failure; again?: () => void }) {
  const { title, detail, remedy } = messageOf(failure);
  const signIn = codeOf(failure) === "auth_required";
  return (
    <Notice variant="bad" title={title}>
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

/** `page`: the whole page is nothing but this, so that its title is the page's. */
export function Empty(props: { title: string; page?: boolean; children?: ComponentChildren }) {
  const Title = props.page ? "h1" : "h2";
  return (
    <div class="empty">
      <Title>{props.title}</Title>
      {props.children}
    </div>
  );
}

/** An empty state with the next step. */
export function ToCatalog() {
  return (
    <div class="actions">
      <a class="button primary" href="/browse/">
        Browse the catalog
      </a>
    </div>
  );
}

/** For pages that need an account. */
export function SignInFirst(props: { title: string; children?: ComponentChildren }) {
  return (
    <Empty title={props.title} page>
      {props.children}
      <div class="actions">
        <a class="button primary" href={signInUrl()}>
          Sign in
        </a>
      </div>
    </Empty>
  );
}

/** The address of the sign-in form, which returns to the current page. */
export function signInUrl(): string {
  return `/account/?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
}
