// SPDX-License-Identifier: GPL-2.0-only
/** What was met, as a heat map: operation x state before it x outcome, each cell a link to an example. */

import type { JSX } from 'preact';
import { number } from '../src/report/number_words.js';
import type { Coverage as CoverageSection } from '../src/result/index.js';
import { HEAT_STEPS, heatOf } from './coverage_heat.js';
import type { Model } from './model.js';
import { type Action, formatHash, type State } from './state.js';

type ImplementationCoverage = CoverageSection['implementations'][number];
type Cell = ImplementationCoverage['cells'][number];

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly act: (action: Action) => void;
}

export function Coverage({ model, state, act }: Props): JSX.Element | null {
  const { coverage } = model.document;
  if (!coverage || coverage.implementations.length === 0) return null;
  const shown = coverage.implementations[state.implementation] ?? coverage.implementations[0];
  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">Coverage</h2>
      <label class="choice">
        of{' '}
        <select
          name="implementation"
          value={String(state.implementation)}
          onChange={(event) =>
            act({ kind: 'implementation', index: Number(event.currentTarget.value) })
          }
        >
          {coverage.implementations.map(({ name }, index) => (
            <option key={name} value={String(index)}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <HeatLegend />
      <Matrix model={model} coverage={shown} op={state.filters.op} />
      <Never title="States and outcomes never met" lines={shown.neverMet} />
      <Never title="Branches never taken" lines={shown.neverFired} />
      <Never title="Required, but not met" lines={coverage.missing} />
    </section>
  );
}

function Never({ title, lines }: { title: string; lines: readonly string[] }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>
        {title}: {lines.length}
      </summary>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

/** A row of the matrix: an operation in a state. */
interface Row {
  readonly op: string;
  readonly state: string;
  readonly cells: Map<string, Cell[]>;
}

function HeatLegend(): JSX.Element {
  return (
    <ul class="legend" aria-label="Times met">
      <li>
        <span class="heat heat-none" /> never
      </li>
      {HEAT_STEPS.map((text, step) => (
        <li key={text}>
          <span class={`heat heat-${step}`} /> {text}
        </li>
      ))}
    </ul>
  );
}

function Matrix({
  model,
  coverage,
  op,
}: {
  model: Model;
  coverage: ImplementationCoverage;
  op: string;
}): JSX.Element {
  const cells = coverage.cells.filter((cell) => op === '' || cell.op === op);
  const rows = rowsOf(cells);
  const outcomes = [...new Set(cells.map(({ outcome }) => outcome))].sort();
  return (
    <div class="scroll tall" tabIndex={0} role="group" aria-label="Coverage matrix">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">operation</th>
            <th scope="col">host / hyp / guest before it</th>
            {outcomes.map((outcome) => (
              <th scope="col" key={outcome}>
                {outcome}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={`${row.op} ${row.state}`}>
              <th scope="row" class={rows[i - 1]?.op === row.op ? 'again' : ''}>
                {row.op}
              </th>
              <th scope="row">{row.state}</th>
              {outcomes.map((outcome) => (
                <MatrixCell
                  key={outcome}
                  model={model}
                  implementation={coverage.name}
                  cells={row.cells.get(outcome) ?? []}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MatrixCell({
  model,
  implementation,
  cells,
}: {
  model: Model;
  implementation: string;
  cells: readonly Cell[];
}): JSX.Element {
  if (cells.length === 0) return <td class="heat-none" />;
  const total = cells.reduce((sum, cell) => sum + cell.count, 0);
  const [{ op, outcome, host, hyp, guest }] = cells;
  for (const { debug } of cells) {
    const met = [host, hyp, guest, outcome].join('|');
    const place = model.placeOfCell(implementation, op, debug, met);
    if (!place) continue;
    return (
      <td class={`heat-${heatOf(total)}`}>
        <a href={formatHash(model, place)} aria-label={`${op} = ${outcome}: ${total}, an example`}>
          {number(total)}
        </a>
      </td>
    );
  }
  return <td class={`heat-${heatOf(total)}`}>{number(total)}</td>;
}

function rowsOf(cells: readonly Cell[]): Row[] {
  const rows = new Map<string, Row>();
  for (const cell of cells) {
    const { op, host, hyp, guest, outcome } = cell;
    const state = `${host} / ${hyp} / ${guest}`;
    const key = `${op} ${state}`;
    const row = rows.get(key) ?? { op, state, cells: new Map<string, Cell[]>() };
    rows.set(key, row);
    row.cells.set(outcome, [...(row.cells.get(outcome) ?? []), cell]);
  }
  return [...rows.values()];
}
