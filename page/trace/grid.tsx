// SPDX-License-Identifier: GPL-2.0-only
/** A replay as a picture: a row a page, a column an operation, split where the two sides differ. */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Model, OpView, PageState, ReplayView } from '../model.js';
import { hex, sameState, stateText } from '../ownership.js';
import { type Action, MOVE_KEYS, type State } from '../state.js';
import { Mark } from './mark.js';

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly replay: ReplayView;
  readonly act: (action: Action) => void;
}

/** Brings a cell into view within its picture; the page itself stays where it is. */
function reveal(cell: HTMLElement): void {
  const box = cell.closest('.scroll');
  if (!box) return;
  const [inner, outer] = [cell.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.right > outer.right) box.scrollLeft += inner.right - outer.right;
  else if (inner.left < outer.left) box.scrollLeft -= outer.left - inner.left;
}

export function Grid({ model, state, replay, act }: Props): JSX.Element {
  const table = useRef<HTMLTableElement>(null);
  // The focus follows the selection before the next event comes in.
  useLayoutEffect(() => {
    const cell = table.current?.querySelector<HTMLElement>('[tabindex="0"]');
    if (table.current?.contains(document.activeElement)) cell?.focus();
    else if (cell) reveal(cell);
  }, [state.op, state.row, replay]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !MOVE_KEYS.has(event.key)) return;
    event.preventDefault();
    act({ kind: 'key', key: event.key });
  };
  return (
    <div class="scroll">
      <table
        ref={table}
        class="grid"
        role="grid"
        aria-label={`Pages of ${replay.name} after each operation`}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr>
            <th scope="col">page</th>
            {replay.ops.map((op) => (
              <Head key={op.index} op={op} selected={op.index === state.op} />
            ))}
          </tr>
        </thead>
        <tbody>
          {replay.pages.map((page, row) => (
            <tr key={page.pfn}>
              <th scope="row">{hex(page.pfn)}</th>
              {replay.ops.map((op) => (
                <Cell
                  key={op.index}
                  label={`page ${hex(page.pfn)} after operation ${op.index}`}
                  sides={model.pageAt(page, op.index)}
                  names={replay.names}
                  inColumn={op.index === state.op}
                  selected={op.index === state.op && row === state.row}
                  select={() => act({ kind: 'move', op: op.index, row })}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ op, selected }: { op: OpView; selected: boolean }): JSX.Element {
  const classes = [selected ? 'column' : '', op.diverged ? 'diverged' : ''].join(' ').trim();
  return (
    <th scope="col" class={classes} title={op.text}>
      {op.index}
      {op.diverged && <span title="diverged">{'\u25b2'}</span>}
    </th>
  );
}

interface CellProps {
  readonly label: string;
  readonly sides: readonly [PageState, PageState];
  readonly names: readonly [string, string];
  readonly inColumn: boolean;
  readonly selected: boolean;
  readonly select: () => void;
}

function Cell({ label, sides, names, inColumn, selected, select }: CellProps): JSX.Element {
  const [first, second] = sides;
  const same = sameState(first, second);
  const text = same
    ? stateText(first)
    : sides.map((side, i) => `${names[i]}: ${stateText(side)}`).join('; ');
  return (
    <td
      class={`${inColumn ? 'column' : ''} ${selected ? 'selected' : ''}`}
      aria-selected={selected}
      tabIndex={selected ? 0 : -1}
      aria-label={`${label}: ${text}`}
      title={text}
      onClick={select}
    >
      {same ? (
        <Mark state={first} />
      ) : (
        <>
          <Mark state={first} half />
          <Mark state={second} half />
        </>
      )}
    </td>
  );
}
