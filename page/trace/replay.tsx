// SPDX-License-Identifier: GPL-2.0-only
/** One replay: its picture, its operations, and the one that is selected. */

import type { JSX } from 'preact';
import { endText } from '../../src/report/undefined_text.js';
import { Explanation } from './explanation.js';
import { Grid } from './grid.js';
import { Legend } from './mark.js';
import { PageStates } from './page_states.js';
import { Scrubber } from './scrubber.js';
import type { Model, OpView, ReplayView } from '../model.js';
import { type Action, formatHash, type State } from '../state.js';
import { Label, Verdict } from '../verdict.js';

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly replay: ReplayView;
  readonly act: (action: Action) => void;
}

export function Replay({ model, state, replay, act }: Props): JSX.Element {
  const op = replay.ops.find(({ index }) => index === state.op);
  return (
    <article class="replay" aria-labelledby="replay-name">
      <h3 id="replay-name">{replay.name}</h3>
      <p>
        <Verdict verdict={replay.verdict} /> {replay.names.join(' | ')}, debug{' '}
        {replay.debug ? 'on' : 'off'}
        {replay.constructed && (
          <Label text="constructed" title="The trace sets up its state by hand" />
        )}
        ; <code>{replay.place}</code>
      </p>
      {replay.description !== undefined && <p class="description">{replay.description}</p>}
      <Notes replay={replay} />
      {replay.pages.length > 0 && (
        <>
          <p class="hint">
            Click a cell, or go there and use the arrow keys; n and p lead to the next and the
            previous divergence.
          </p>
          {replay.ops.length > 1 && <Scrubber replay={replay} state={state} act={act} />}
          <Grid model={model} state={state} replay={replay} act={act} />
          <Legend />
        </>
      )}
      <OpList model={model} replay={replay} selected={state.op} />
      {op && <OpDetails model={model} state={state} replay={replay} op={op} />}
    </article>
  );
}

function Notes({ replay }: { replay: ReplayView }): JSX.Element | null {
  const { ops, first, opCount, pagesLeftOut } = replay;
  const notes: string[] = [];
  if (ops.length < opCount) {
    const last = first + ops.length - 1;
    notes.push(`Operations ${first} to ${last} of ${opCount} are shown.`);
  }
  if (replay.undefined) notes.push(`Not compared to the end: ${endText(replay.undefined)}.`);
  if (pagesLeftOut > 0) notes.push(`${pagesLeftOut} more pages are left out.`);
  return notes.length === 0 ? null : <p class="note">{notes.join(' ')}</p>;
}

function OpList({
  model,
  replay,
  selected,
}: {
  model: Model;
  replay: ReplayView;
  selected: number;
}): JSX.Element {
  return (
    <div class="scroll ops" tabIndex={0} role="group" aria-label="Operations">
      <ol start={replay.first}>
        {replay.ops.map((op) => (
          <li key={op.index} value={op.index} class={op.diverged ? 'diverged' : ''}>
            <a
              href={formatHash(model, { replay: replay.id, op: op.index })}
              aria-current={op.index === selected ? 'true' : undefined}
            >
              <code>{op.text}</code>
            </a>{' '}
            = <Outcomes op={op} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Outcomes({ op }: { op: OpView }): JSX.Element {
  const [first, second] = op.outcomes;
  if (first === second) return <code>{first}</code>;
  return (
    <code class="differ">
      {first} | {second}
    </code>
  );
}

function OpDetails({ model, state, replay, op }: Omit<Props, 'act'> & { op: OpView }): JSX.Element {
  return (
    <section class="details" aria-labelledby="op-name">
      <h4 id="op-name">
        Operation {op.index}: <code>{op.text}</code>
      </h4>
      <p aria-live="polite" id="op-outcome">
        {replay.names[0]} <code>{op.outcomes[0]}</code>, {replay.names[1]}{' '}
        <code>{op.outcomes[1]}</code>
        {op.diverged ? ': the two sides differ.' : ': the two sides agree.'}
        {op.buckets.map((bucket) => (
          <span key={bucket.id}>
            {' '}
            <Verdict verdict={bucket.verdict} /> {bucket.entry ?? bucket.id}
          </span>
        ))}
      </p>
      <PageStates model={model} replay={replay} op={op} row={state.row} />
      {op.differences.length > 0 && <Differences replay={replay} op={op} />}
      <h5>What each side did</h5>
      <Explanation model={model} replay={replay} op={op} />
    </section>
  );
}

function Differences({ replay, op }: { replay: ReplayView; op: OpView }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Decoded differences">
      <table class="differences">
        <thead>
          <tr>
            <th scope="col">differs</th>
            <th scope="col">{replay.names[0]}</th>
            <th scope="col">{replay.names[1]}</th>
          </tr>
        </thead>
        <tbody>
          {op.differences.map(({ subject, first, second }) => (
            <tr key={subject}>
              <th scope="row">{subject}</th>
              <td>
                <del>{first}</del>
              </td>
              <td>
                <ins>{second}</ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {op.moreDifferences > 0 && <p class="note">{op.moreDifferences} more are left out.</p>}
    </div>
  );
}
