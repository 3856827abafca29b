// SPDX-License-Identifier: GPL-2.0-only
/** The replays that pass the filters, and the filters. */

import type { JSX } from 'preact';
import { choices, type Filters, filterReplays, matchesOp } from '../filter.js';
import { type Model, REPLAY_VERDICTS, type ReplayView } from '../model.js';
import { type Action, formatHash, type State } from '../state.js';
import { Verdict } from '../verdict.js';

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly act: (action: Action) => void;
}

export function ReplayList({ model, state, act }: Props): JSX.Element {
  const { filters } = state;
  const found = filterReplays(model.replays, filters);
  const listed = found.slice(0, state.listed);
  const set = (change: Partial<Filters>) => act({ kind: 'filter', filters: change });
  return (
    <nav class="replays" aria-label="Replays">
      <FilterForm model={model} filters={filters} set={set} />
      <p role="status" id="found">
        {found.length} of {model.replays.length} replays
        {model.leftOut > 0 && `; ${model.leftOut} are counted above but not shown, for size`}
      </p>
      <ul class="scroll" tabIndex={0} aria-label="Replays found">
        {listed.map((replay) => (
          <li key={replay.id}>
            <a
              href={formatHash(model, { replay: replay.id, op: opFor(replay, filters) })}
              aria-current={replay.id === state.replay ? 'true' : undefined}
            >
              <Verdict verdict={replay.verdict} /> {replay.name}
              <small>
                {replay.names.join(' | ')}, debug {replay.debug ? 'on' : 'off'}
              </small>
            </a>
          </li>
        ))}
      </ul>
      {listed.length < found.length && (
        <button type="button" onClick={() => act({ kind: 'more' })}>
          Show more of them
        </button>
      )}
    </nav>
  );
}

/** The operation to open a replay at: the one that was asked for, else a divergence, else the first. */
function opFor(replay: ReplayView, filters: Filters): number {
  const isAsked = filters.op !== '' || filters.outcome !== '';
  const found = isAsked
    ? replay.ops.find((op) => matchesOp(op, filters))
    : replay.ops.find(({ diverged }) => diverged);
  return found?.index ?? replay.first;
}

function FilterForm({
  model,
  filters,
  set,
}: {
  model: Model;
  filters: Filters;
  set: (change: Partial<Filters>) => void;
}): JSX.Element {
  const { ops, outcomes } = choices(model.replays);
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label>
        trace
        <input
          type="search"
          name="text"
          value={filters.text}
          onInput={(event) => set({ text: event.currentTarget.value })}
        />
      </label>
      <label>
        page
        <input
          type="search"
          name="page"
          placeholder="0x40100"
          value={filters.page}
          onInput={(event) => set({ page: event.currentTarget.value })}
        />
      </label>
      <Choice label="operation" value={filters.op} options={ops} set={(op) => set({ op })} />
      <Choice
        label="outcome"
        value={filters.outcome}
        options={outcomes}
        set={(outcome) => set({ outcome })}
      />
      {model.document.pairs.length > 1 && (
        <Choice
          label="pair"
          value={filters.pair}
          options={model.document.pairs.map((_, i) => String(i))}
          nameOf={(i) => pairText(model, Number(i))}
          set={(pair) => set({ pair: pair as Filters['pair'] })}
        />
      )}
      <Choice
        label="verdict"
        value={filters.verdict}
        options={REPLAY_VERDICTS}
        set={(verdict) => set({ verdict: verdict as Filters['verdict'] })}
      />
    </form>
  );
}

function pairText({ document }: Model, pair: number): string {
  const { first, second } = document.pairs[pair];
  return `${first} | ${second}`;
}

function Choice({
  label,
  value,
  options,
  nameOf = (option) => option,
  set,
}: {
  label: string;
  value: string;
  options: readonly string[];
  nameOf?: (option: string) => string;
  set: (value: string) => void;
}): JSX.Element {
  return (
    <label>
      {label}
      <select name={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">any</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {nameOf(option)}
          </option>
        ))}
      </select>
    </label>
  );
}
