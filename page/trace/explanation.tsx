// SPDX-License-Identifier: GPL-2.0-only
/** An operation call by call: the two trees, the effects aligned, and the cost. */

import type { JSX } from 'preact';
import { COST_LABELS, ROW_KINDS } from '../../src/evidence/kinds.js';
import type { ExplanationEvidence } from '../../src/result/index.js';
import type { Model, OpView, ReplayView } from '../model.js';
import { explainCommand } from '../causes/sentence.js';
import { Trees } from './trees.js';

interface Props {
  readonly model: Model;
  readonly replay: ReplayView;
  readonly op: OpView;
}

export function Explanation({ model, replay, op }: Props): JSX.Element {
  const { explanation } = op;
  if (!explanation) {
    return (
      <p class="note">
        Not explained in this report. To see what each side did:{' '}
        <code>
          {explainCommand({
            example: { file: replay.file, trace: replay.name, opIndex: op.index },
            pair: { first: replay.names[0], second: replay.names[1] },
            debug: replay.debug,
          })}
        </code>
      </p>
    );
  }
  return (
    <>
      <Summary model={model} explanation={explanation} />
      <Trees model={model} replay={replay} op={op} explanation={explanation} />
      <Effects model={model} explanation={explanation} names={replay.names} />
      <Costs explanation={explanation} names={replay.names} />
    </>
  );
}

function Summary({
  model,
  explanation,
}: {
  model: Model;
  explanation: ExplanationEvidence;
}): JSX.Element {
  const { sameEffects, sameState, moved, orderChanges } = explanation;
  return (
    <ul class="summary">
      <li>Effects: {sameEffects ? 'the same on both sides' : 'not the same on both sides'}</li>
      <li>Order: {moved === 0 ? 'the same' : `${moved} moved`}</li>
      {orderChanges.map((text) => (
        <li key={text}>{model.text(text)}</li>
      ))}
      <li>State after it: {sameState ? 'the same' : 'not the same'}</li>
    </ul>
  );
}

const MARKS = { same: '', 'moved-from': '<', 'moved-to': '>', first: '-', second: '+' } as const;

function markText(kind: (typeof ROW_KINDS)[number], [first, second]: readonly string[]): string {
  switch (kind) {
    case 'same':
      return 'both';
    case 'moved-from':
      return `moved, here in ${first}`;
    case 'moved-to':
      return `moved, here in ${second}`;
    case 'first':
      return `only in ${first}`;
    case 'second':
      return `only in ${second}`;
  }
}

function Effects({
  model,
  explanation,
  names,
}: {
  model: Model;
  explanation: ExplanationEvidence;
  names: readonly [string, string];
}): JSX.Element {
  const { rows, rowsLeftOut } = explanation;
  const items: JSX.Element[] = [];
  for (let i = 0; i + 2 < rows.length; i += 3) {
    const kind = ROW_KINDS[rows[i]];
    items.push(
      <tr key={i} class={`row-${kind}`}>
        <td>
          <span aria-hidden="true">{MARKS[kind]}</span> {markText(kind, names)}
        </td>
        <td>{model.text(rows[i + 1])}</td>
        <td>{model.text(rows[i + 2])}</td>
      </tr>,
    );
  }
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Effects, aligned">
      <table class="effects">
        <thead>
          <tr>
            <th scope="col">where</th>
            <th scope="col">step</th>
            <th scope="col">effect</th>
          </tr>
        </thead>
        <tbody>{items}</tbody>
      </table>
      {rowsLeftOut > 0 && <p class="note">{rowsLeftOut} more effects are left out.</p>}
    </div>
  );
}

function Costs({
  explanation,
  names,
}: {
  explanation: ExplanationEvidence;
  names: readonly [string, string];
}): JSX.Element {
  const [first, second] = explanation.costs;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Cost">
      <table class="cost">
        <thead>
          <tr>
            <th scope="col">cost</th>
            {COST_LABELS.map((label) => (
              <th scope="col" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[first, second].map((cost, side) => (
            <tr key={names[side]}>
              <th scope="row">{names[side]}</th>
              {cost.map((figure, i) => (
                <td key={COST_LABELS[i]}>{figure}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
