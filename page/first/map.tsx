// SPDX-License-Identifier: GPL-2.0-only
/** The map as tables of buttons: a cell filters the causes, the states and the traces below it. */

import type { JSX } from 'preact';
import { count, number } from '../../src/report/number_words.js';
import { pairHead } from '../../src/report/series_text.js';
import type { Filters } from '../filter.js';
import type { Model } from '../model.js';
import type { Action, State } from '../state.js';
import { blocksOf, type MapCell, type MapRow, type MapVerdict, opMap } from './map_cells.js';

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly act: (action: Action) => void;
}

const SIGNS: Readonly<Record<MapVerdict, string>> = {
  equal: '=',
  known: '~',
  new: '!',
  none: '\u2013',
};

const LEGEND: readonly (readonly [MapVerdict, string])[] = [
  ['equal', 'every operation compared was equal'],
  ['known', 'some differ, all of them in a baseline'],
  ['new', 'some differ, and are in no baseline'],
  ['none', 'not compared'],
];

export function OperationMap({ model, state, act }: Props): JSX.Element | null {
  const { rows, notCompared } = opMap(model.document);
  if (rows.length === 0) return null;
  const { pairs } = model.document;
  const blocks = blocksOf(rows, pairs.length === 1 ? 3 : pairs.length <= 3 ? 2 : 1);
  return (
    <section aria-labelledby="map" class="map">
      <h2 id="map">By operation and pair</h2>
      <p class="legend-line">
        {LEGEND.map(([verdict, text]) => (
          <span key={verdict}>
            <span class={`cell cell-${verdict}`} aria-hidden="true">
              {SIGNS[verdict]}
            </span>{' '}
            {text}
          </span>
        ))}
        <span>Press a cell to see only what it is about.</span>
      </p>
      <div class="blocks">
        {blocks.map((block) => (
          <Block key={block[0].op} model={model} rows={block} state={state} act={act} />
        ))}
      </div>
      {notCompared.length > 0 && (
        <details class="rest">
          <summary>{count(notCompared.length, 'operation')} not compared at all</summary>
          <p>
            <code>{notCompared.join(', ')}</code>
          </p>
        </details>
      )}
    </section>
  );
}

function Block({ model, rows, state, act }: Props & { rows: readonly MapRow[] }): JSX.Element {
  const { pairs, implementations } = model.document;
  const commitOf = (name: string) => implementations.find((one) => one.name === name)?.commit;
  const subjectOf = (name: string) =>
    model.document.series?.commits.find(({ commit }) => commit === name)?.subject;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={`Operations from ${rows[0].op}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">operation</th>
            {pairs.map((pair) => (
              <th
                scope="col"
                key={`${pair.first} ${pair.second}`}
                title={commitOf(pair.second) ?? subjectOf(pair.second)}
              >
                {pairHead(model.document, pair).map((name) => (
                  <div key={name}>{name}</div>
                ))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ op, cells }) => (
            <tr key={op}>
              <th scope="row">
                <code>{op}</code>
              </th>
              {cells.map((cell, pair) => (
                <Cell
                  key={`${op} ${pairs[pair].first} ${pairs[pair].second}`}
                  label={`${op}, ${pairs[pair].first} and ${pairs[pair].second}`}
                  cell={cell}
                  isOn={state.filters.op === op && state.filters.pair === `${pair}`}
                  filter={(on) =>
                    act({
                      kind: 'filter',
                      filters: on ? { op, pair: `${pair}` } : { op: '', pair: '' },
                    })
                  }
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({
  label,
  cell,
  isOn,
  filter,
}: {
  label: string;
  cell: MapCell;
  isOn: boolean;
  filter: (on: boolean) => void;
}): JSX.Element {
  const { verdict } = cell;
  if (verdict === 'none') {
    return (
      <td class="cell cell-none">
        <span aria-hidden="true">{SIGNS.none}</span>
        <span class="spoken">not compared</span>
      </td>
    );
  }
  return (
    <td class={`cell cell-${verdict}`}>
      <button
        type="button"
        aria-pressed={isOn}
        title={cellWords(cell)}
        onClick={() => filter(!isOn)}
      >
        <span class="spoken">{label}: </span>
        <span class="sign" aria-hidden="true">
          {SIGNS[verdict]}
        </span>
        {cell.new > 0 && <strong>{number(cell.new)}</strong>}
        {cell.new > 0 && cell.known > 0 && '+'}
        {cell.known > 0 && <span>{number(cell.known)}</span>}
        <span class={cell.new + cell.known > 0 ? 'of' : ''}>
          {cell.new + cell.known > 0 && 'of '}
          {number(cell.compared)}
        </span>
        <span class="spoken">; {cellWords(cell)}</span>
      </button>
    </td>
  );
}

/** `2 new, 1 known, of 40 compared` */
function cellWords({ verdict, compared, known, ...cell }: MapCell): string {
  if (verdict === 'equal') return `${number(compared)} compared, all equal`;
  const parts = [
    ...(cell.new > 0 ? [`${number(cell.new)} new`] : []),
    ...(known > 0 ? [`${number(known)} known`] : []),
  ];
  return `${parts.join(', ')}, of ${number(compared)} compared`;
}

/** What is filtered, and the way out of it. */
export function FilterNote({ model, state, act }: Props): JSX.Element | null {
  const { op, pair } = state.filters;
  if (op === '' && pair === '') return null;
  const sides = pair === '' ? undefined : model.document.pairs[Number(pair)];
  const none: Partial<Filters> = { op: '', pair: '' };
  return (
    <p class="filter-note" role="status">
      Shown: {op === '' ? 'every operation' : <code>{op}</code>}
      {sides && `, ${sides.first} | ${sides.second}`}{' '}
      <button type="button" onClick={() => act({ kind: 'filter', filters: none })}>
        show everything
      </button>
    </p>
  );
}
