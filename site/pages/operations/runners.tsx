// The runners: what they are, when they last asked for work, and what they hold. Each can be drained.

import { useState } from "preact/hooks";
import { operations, type RunnerStatus } from "../../api-operations.ts";
import type { Failure } from "../../failure.ts";
import { agoOf, bytesOf } from "../../ui/format.ts";
import { More } from "../../ui/more.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";
import { useReply } from "../../ui/use-reply.ts";
import { isSilent } from "./is-silent.ts";

/** The first page is refreshed with every turn; later pages, which hold only old runners, are loaded on request. */
export function Runners({ turn, now }: { turn: number; now: number }) {
  const first = useReply(() => operations.runners({}), [turn]);
  const cursor = first.value?.next_cursor;
  const items = first.value?.items ?? [];
  return (
    <section aria-labelledby="runners">
      <h2 id="runners">Runners</h2>
      {first.failure && <FailureNotice failure={first.failure} again={first.again} />}
      {first.arrived?.items.length === 0 && (
        <p class="quiet">
          None is registered. <code>python -m orthoplex run</code> starts one.
        </p>
      )}
      {items.length > 0 && <Table items={items} now={now} onChange={first.again} />}
      {cursor && <Older from={cursor} now={now} />}
    </section>
  );
}

function Older({ from, now }: { from: string; now: number }) {
  const list = useList<RunnerStatus>("older", (at) => operations.runners({ cursor: at.cursor ?? from }));
  return (
    <details>
      <summary>Older runners</summary>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      <Table
        items={list.items}
        now={now}
        onChange={(changed) =>
          list.change((before) => before.map((each) => (each.id === changed.id ? changed : each)))
        }
      />
      <More list={list} words="More" small />
    </details>
  );
}

function Table({
  items,
  now,
  onChange,
}: {
  items: readonly RunnerStatus[];
  now: number;
  onChange: (changed: RunnerStatus) => void;
}) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState<string | null>(null);

  const turn = async (runner: RunnerStatus) => {
    setBusy(runner.id);
    const reply = await (runner.drain_requested_at
      ? operations.resume(runner.id)
      : operations.drain(runner.id));
    setBusy(null);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) onChange(reply.value);
  };
  return (
    <div class="table-scroll">
      {failure && <FailureNotice failure={failure} />}
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Of</th>
            <th scope="col">Device</th>
            <th scope="col">Bases</th>
            <th scope="col">Last asked for work</th>
            <th scope="col">Holds</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {items.map((runner) => (
            <RunnerRow
              key={runner.id}
              runner={runner}
              now={now}
              busy={busy === runner.id}
              onTurn={() => turn(runner)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunnerRow({
  runner,
  now,
  busy,
  onTurn,
}: {
  runner: RunnerStatus;
  now: number;
  busy: boolean;
  onTurn: () => void;
}) {
  return (
    <tr>
      <th scope="row">
        {runner.name} <span class="quiet">{runner.version}</span>
      </th>
      <td>{runner.owner}</td>
      <td>
        {runner.device}, {runner.dtype}, {bytesOf(runner.memory_bytes)}
      </td>
      <td>
        <ul class="bases">
          {runner.bases.map((base) => (
            <li key={base}>{base}</li>
          ))}
        </ul>
      </td>
      <td>
        {agoOf(runner.last_seen_at, now)} {isSilent(runner, now) && <span class="tag bad">silent</span>}{" "}
        {runner.drain_requested_at && <span class="tag busy">draining</span>}
      </td>
      <td>{runner.holds}</td>
      <td>
        <button
          type="button"
          class="button small"
          aria-label={`${runner.drain_requested_at ? "Resume" : "Drain"} ${runner.name}`}
          title={
            runner.drain_requested_at
              ? "It takes jobs again"
              : "It takes no more jobs, finishes what it holds and exits"
          }
          disabled={busy}
          onClick={onTurn}
        >
          {runner.drain_requested_at ? "Resume" : "Drain"}
        </button>
      </td>
    </tr>
  );
}
