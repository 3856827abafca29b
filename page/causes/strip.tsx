// SPDX-License-Identifier: GPL-2.0-only
/** A trace in short: an operation a row, what each page is after it, and the outcome. */

import type { JSX } from 'preact';
import { Fragment } from 'preact';
import type { Model, OpView, Place, ReplayView } from '../model.js';
import { hex, labelOf, sameState, stateText } from '../ownership.js';
import { formatHash } from '../state.js';
import { Mark } from '../trace/mark.js';

/** Most operations and pages that are shown. */
const MOST_OPS = 12;
const MOST_PAGES = 6;

interface Props {
  readonly model: Model;
  readonly place: Place;
}

export function Strip({ model, place }: Props): JSX.Element {
  const replay = model.replays[place.replay];
  const at = replay.ops.findIndex(({ index }) => index === place.op);
  const from = Math.max(0, at + 1 - MOST_OPS);
  const ops = replay.ops.slice(from, at + 1);
  const pages = replay.pages.slice(0, MOST_PAGES);
  const skipped = ops[0]?.index ?? 0;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={`The trace ${replay.name}`}>
      <table class="strip">
        <thead>
          <tr>
            <th scope="col">operation</th>
            {pages.map(({ pfn }) => (
              <th scope="col" key={pfn}>
                {hex(pfn)}
              </th>
            ))}
            <th scope="col">outcome</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{skipped === 0 ? 'before it' : `after ${skipped} operations`}</th>
            {pages.map((page) => (
              <PageCell
                key={page.pfn}
                sides={model.pageAt(page, (ops[0]?.index ?? 0) - 1)}
                names={replay.names}
              />
            ))}
            <td />
          </tr>
          {ops.map((op) => (
            <tr key={op.index} class={op.diverged ? 'parted' : ''}>
              <th scope="row">
                <a href={formatHash(model, { replay: replay.id, op: op.index })}>
                  {op.index} <code>{op.text}</code>
                </a>
              </th>
              {pages.map((page) => (
                <PageCell
                  key={page.pfn}
                  sides={model.pageAt(page, op.index)}
                  names={replay.names}
                />
              ))}
              <td>
                <OutcomesOf op={op} replay={replay} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {replay.pages.length > pages.length && (
        <p class="note">
          Pages that only the trace below shows: {replay.pages.length - pages.length}.
        </p>
      )}
    </div>
  );
}

function PageCell({
  sides,
  names,
}: {
  sides: ReturnType<Model['pageAt']>;
  names: readonly [string, string];
}): JSX.Element {
  const [first, second] = sides;
  const same = sameState(first, second);
  const shown = same ? [first] : [first, second];
  const words = same
    ? stateText(first)
    : `${names[0]}: ${stateText(first)}; ${names[1]}: ${stateText(second)}`;
  return (
    <td class={`page-cell ${same ? `own-${labelOf(first).owner}` : ''}`} title={words}>
      {shown.map((state, i) => (
        <Mark key={names[i]} state={state} half={!same} />
      ))}
      <span class="spoken">{words}</span>
    </td>
  );
}

function OutcomesOf({ op, replay }: { op: OpView; replay: ReplayView }): JSX.Element {
  const [first, second] = op.outcomes;
  if (first === second && !op.diverged) return <code>{first}</code>;
  return (
    <Fragment>
      {op.outcomes.map((outcome, side) => (
        <div key={replay.names[side]}>
          {replay.names[side]} <code class="differ">{outcome}</code>
        </div>
      ))}
    </Fragment>
  );
}
