// /user/?handle=name: a person's profile, adapters, mixes, shared pictures and collections.

import { useEffect } from "preact/hooks";
import type { Adapter } from "../../api.ts";
import { accounts, type Profile } from "../../api-account.ts";
import { type Mix, mixes } from "../../api-mixes.ts";
import { codeOf } from "../../failure.ts";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { FollowButton } from "../../ui/follow-button.tsx";
import { countOf, dayOf } from "../../ui/format.ts";
import { MixCard } from "../../ui/mix-card.tsx";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice, ToCatalog } from "../../ui/notice.tsx";
import { Avatar, PlainText } from "../../ui/person.tsx";
import { PictureList } from "../../ui/picture-list.tsx";
import { ReportButton } from "../../ui/report-dialog.tsx";
import { useAdapterPages } from "../../ui/use-adapter-pages.ts";
import { useList } from "../../ui/use-list.ts";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { UserCollections } from "./collections.tsx";

export function UserPage({ handle }: { handle: string }) {
  const loaded = useReply(() => accounts.profile(handle), [handle]);
  const profile = loaded.value;
  useEffect(() => {
    if (profile) document.title = `${profile.name} · Orthoplex`;
  }, [profile]);

  if (handle === "" || (loaded.failure && codeOf(loaded.failure) === "not_found")) {
    return (
      <Empty title={handle ? `There is nobody called ${handle}` : "Nobody was named"} page>
        <p>The name may be misspelled, or the person has left.</p>
        <ToCatalog />
      </Empty>
    );
  }
  if (loaded.failure) return <FailureNotice failure={loaded.failure} again={loaded.again} />;
  if (!profile) return <div class="skeleton user-skeleton">Loading</div>;
  return (
    <>
      <Head profile={profile} />
      <section class="user-section">
        <h2>Adapters</h2>
        <Adapters handle={handle} />
      </section>
      <section class="user-section">
        <h2>Mixes</h2>
        <Mixes handle={handle} />
      </section>
      <section class="user-section">
        <h2>Pictures</h2>
        <PictureList query={{ owner: handle }} none={`${handle} has not shared a picture yet.`} />
      </section>
      <section class="user-section">
        <h2>Collections</h2>
        <UserCollections handle={handle} />
      </section>
    </>
  );
}

function Head({ profile }: { profile: Profile }) {
  const account = useAccount();
  const { handle, name, bio, joined_at, adapters, uses } = profile;
  return (
    <header class="user-head">
      <Avatar person={profile} />
      <div class="user-text">
        <h1>{name}</h1>
        <p class="quiet">
          {`${handle} · here since ${dayOf(joined_at)} · ${countOf(adapters, "adapter")}, used ${countOf(uses, "time")}`}
        </p>
        {bio && <PlainText text={bio} />}
        <div class="actions">
          <FollowButton handle={handle} />
          {account?.handle === handle ? (
            <a class="button small" href="/account/#profile">
              Edit your profile
            </a>
          ) : (
            <ReportButton target={{ kind: "user", handle }} />
          )}
        </div>
      </div>
    </header>
  );
}

function Adapters({ handle }: { handle: string }) {
  const pages = useAdapterPages({ owner: handle });
  return (
    <Cards
      pages={pages}
      none={`${handle} has not published an adapter yet.`}
      card={(adapter: Adapter) => <AdapterCard key={adapter.id} adapter={adapter} />}
    />
  );
}

function Mixes({ handle }: { handle: string }) {
  const list = useList<Mix>(handle, (at) => mixes.list({ owner: handle, ...at }));
  return (
    <Cards
      pages={list}
      none={`${handle} has not published a mix yet.`}
      card={(mix: Mix) => <MixCard key={mix.id} mix={mix} />}
    />
  );
}

function Cards<T>(props: {
  pages: Pick<ReturnType<typeof useList<T>>, "items" | "isEmpty" | "waiting" | "failure" | "more" | "again">;
  none: string;
  card: (item: T) => preact.JSX.Element;
}) {
  const { items, isEmpty, waiting, failure, again } = props.pages;
  return (
    <>
      {failure && <FailureNotice failure={failure} again={again} />}
      {isEmpty && <p class="quiet">{props.none}</p>}
      <div class="card-grid" aria-busy={waiting}>
        {waiting && items.length === 0 && <CardSkeletons count={4} />}
        {items.map(props.card)}
      </div>
      <More list={props.pages} small />
    </>
  );
}
