// SPDX-License-Identifier: GPL-2.0-only
/** What every page of a trace is after an operation, in words beside the colours. */

import type { JSX } from 'preact';
import type { Model, OpView, PageState, ReplayView } from '../model.js';
import { hex, sameState, stateText } from '../ownership.js';
import { Mark } from './mark.js';

interface Props {
  readonly model: Model;
  readonly replay: ReplayView;
  readonly op: OpView;
  /** The row that is selected in the picture. */
  readonly row: number;
}

export function PageStates({ model, replay, op, row }: Props): JSX.Element | null {
  if (replay.pages.length === 0) return null;
  return (
    <div class="scroll tall" tabIndex={0} role="group" aria-label="Pages in words">
      <table class="page-states">
        <caption>Pages after operation {op.index}</caption>
        <thead>
          <tr>
            <th scope="col">page</th>
            <th scope="col">state</th>
            <th scope="col">changed by it</th>
          </tr>
        </thead>
        <tbody>
          {replay.pages.map((page, i) => {
            const before = model.pageAt(page, op.index - 1);
            const after = model.pageAt(page, op.index);
            return (
              <tr key={page.pfn} class={i === row ? 'selected' : ''}>
                <th scope="row">{hex(page.pfn)}</th>
                <td>
                  <Sides names={replay.names} sides={after} />
                </td>
                <td>
                  <Change names={replay.names} before={before} after={after} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

type TwoStates = readonly [PageState, PageState];
type Names = ReplayView['names'];

function Sides({ names, sides }: { names: Names; sides: TwoStates }): JSX.Element {
  if (sameState(...sides)) return <InWords state={sides[0]} />;
  return (
    <>
      {sides.map((state, side) => (
        <div key={names[side]} class="differ">
          {names[side]}: <InWords state={state} />
        </div>
      ))}
    </>
  );
}

function InWords({ state }: { state: PageState }): JSX.Element {
  return (
    <>
      <Mark state={state} /> <span>{stateText(state)}</span>
    </>
  );
}

function Change({
  names,
  before,
  after,
}: {
  names: Names;
  before: TwoStates;
  after: TwoStates;
}): JSX.Element | null {
  const changed = before.map((state, side) => !sameState(state, after[side]));
  if (!changed.includes(true)) return null;
  if (sameState(...before) && sameState(...after)) return <>was {stateText(before[0])}</>;
  return (
    <>
      {before.map((state, side) =>
        changed[side] ? (
          <div key={names[side]}>
            {names[side]} was {stateText(state)}
          </div>
        ) : null,
      )}
    </>
  );
}
