// /following/: publications of followed people, and at #likes what the caller likes. Both newest first.

import type { ComponentChildren } from "preact";
import type { Adapter } from "../../api.ts";
import { type Liked, people } from "../../api-people.ts";
import { AccountFailure } from "../../ui/account-failure.tsx";
import { AdapterCard, CardSkeletons } from "../../ui/adapter-card.tsx";
import { MixCard } from "../../ui/mix-card.tsx";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice, SignInFirst, ToCatalog } from "../../ui/notice.tsx";
import { PictureCard } from "../../ui/picture-card.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useHash } from "../../ui/use-hash.ts";
import { type List, useList } from "../../ui/use-list.ts";
import { useAccount } from "../../ui/use-reply.ts";

const OPTIONS = [
  ["news", "News"],
  ["likes", "Likes"],
] as const;

export function FollowingPage() {
  const account = useAccount();
  const [shown, setShown] = useHash(["news", "likes"], "news");
  return (
    <>
      <header class="page-head">
        <h1>{shown === "likes" ? "What you like" : "News of those you follow"}</h1>
      </header>
      <AccountFailure />
      {account === null && (
        <SignInFirst title="Sign in to see what is yours">
          <p>What the people you follow have published, and what you like.</p>
        </SignInFirst>
      )}
      {account && (
        <>
          <div class="actions list-tools">
            <Segmented label="Which" value={shown} options={OPTIONS} onChange={setShown} />
          </div>
          {shown === "likes" ? <Likes /> : <News />}
        </>
      )}
    </>
  );
}

function News() {
  const list = useList<Adapter>("news", people.feed);
  return (
    <Cards
      list={list}
      cardOf={(adapter) => <AdapterCard key={adapter.id} adapter={adapter} />}
      empty={
        <Nothing title="Nothing yet">Follow somebody on their page: what they publish stands here.</Nothing>
      }
    />
  );
}

function Likes() {
  const list = useList<Liked>("likes", people.likes);
  return (
    <Cards
      list={list}
      cardOf={({ adapter, mix, picture }) => {
        if (adapter) return <AdapterCard key={adapter.id} adapter={adapter} />;
        if (mix) return <MixCard key={mix.id} mix={mix} />;
        return picture && <PictureCard key={picture.id} picture={picture} />;
      }}
      empty={
        <Nothing title="You like nothing yet">
          The heart on an adapter, a mix or a shared picture keeps it here.
        </Nothing>
      }
    />
  );
}

function Nothing(props: { title: string; children: ComponentChildren }) {
  return (
    <Empty title={props.title}>
      <p>{props.children}</p>
      <ToCatalog />
    </Empty>
  );
}

function Cards<T>(props: {
  list: List<T>;
  cardOf: (item: T) => ComponentChildren;
  empty: ComponentChildren;
}) {
  const { list, cardOf, empty } = props;
  if (list.failure) return <FailureNotice failure={list.failure} again={list.again} />;
  if (list.isEmpty) return empty;
  return (
    <>
      <div class="card-grid" aria-busy={list.waiting}>
        {list.items.map(cardOf)}
        {list.waiting && list.items.length === 0 && <CardSkeletons count={6} />}
      </div>
      <More list={list} />
    </>
  );
}
