// /collections/: public collections and the caller's own; creates a new one.

import { useState } from "preact/hooks";
import { type Collection, type CollectionSort, people } from "../../api-people.ts";
import { CardSkeletons } from "../../ui/adapter-card.tsx";
import { CollectionCard, collectionUrl } from "../../ui/collection-card.tsx";
import { CollectionForm } from "../../ui/collection-form.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice, signInUrl } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useList } from "../../ui/use-list.ts";
import { useAccount } from "../../ui/use-reply.ts";

type Shown = CollectionSort | "yours";
const ORDERS: readonly (readonly [Shown, string])[] = [
  ["newest", "Newest"],
  ["updated", "Last changed"],
];

export function CollectionsPage() {
  const account = useAccount();
  const [shown, setShown] = useState<Shown>(location.hash === "#yours" ? "yours" : "newest");
  const [making, setMaking] = useState(false);
  const options = account ? [...ORDERS, ["yours", "Yours"] as const] : ORDERS;
  const yours = shown === "yours";
  return (
    <>
      <header class="page-head">
        <h1>Collections</h1>
        <p class="lede">Casts that people have gathered. In an exact one, nobody disturbs anybody.</p>
      </header>
      <div class="actions list-tools">
        <Segmented label="Which" value={shown} options={options} onChange={setShown} />
        {account ? (
          <button type="button" class="button" onClick={() => setMaking(true)}>
            New collection
          </button>
        ) : (
          account === null && (
            <a class="button" href={signInUrl()}>
              Sign in to make one
            </a>
          )
        )}
      </div>
      {(!yours || account) && (
        <List
          key={shown}
          name={shown}
          query={yours ? { owner: account?.handle ?? "", sort: "updated" } : { sort: shown }}
          make={() => setMaking(true)}
        />
      )}
      {making && (
        <Dialog title="New collection" shape="box" onClose={() => setMaking(false)}>
          <CollectionForm
            action="Make it"
            done={(made) => location.assign(collectionUrl(made.ref))}
            cancel={() => setMaking(false)}
          />
        </Dialog>
      )}
    </>
  );
}

function List(props: { name: Shown; query: { owner?: string; sort: CollectionSort }; make: () => void }) {
  const list = useList<Collection>(JSON.stringify(props.query), (at) =>
    people.collections({ ...props.query, ...at }),
  );
  return (
    <>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      <h2 class="visually-hidden">{props.name === "yours" ? "Your collections" : "All collections"}</h2>
      <div class="card-grid" aria-busy={list.waiting}>
        {list.items.map((collection) => (
          <CollectionCard key={collection.id} collection={collection} />
        ))}
        {list.waiting && list.items.length === 0 && <CardSkeletons count={4} />}
      </div>
      {list.isEmpty && (
        <Empty title={props.name === "yours" ? "You have none yet" : "Nobody has gathered a cast yet"}>
          <p>Collect adapters that belong together. The page of a collection shows their crosstalk.</p>
          <div class="actions">
            {props.name === "yours" ? (
              <button type="button" class="button primary" onClick={props.make}>
                New collection
              </button>
            ) : (
              <a class="button primary" href="/browse/">
                Browse adapters
              </a>
            )}
          </div>
        </Empty>
      )}
      <More list={list} />
    </>
  );
}
