// SPDX-License-Identifier: GPL-2.0-only
/** The calls of the two sides beside each other, effects that moved joined by lines. */

import type { JSX } from 'preact';
import { type TreeLine, treeLines } from '../causes/functions.js';
import type { ExplanationEvidence } from '../../src/result/index.js';
import type { Model, OpView, ReplayView } from '../model.js';
import { type Move, movesOf } from './moves.js';

/** Height of a line in em, as in the style sheet, and width of the gap between the trees. */
const LINE = 1.4;
const GAP = 60;

interface Props {
  readonly model: Model;
  readonly replay: ReplayView;
  readonly op: OpView;
  readonly explanation: ExplanationEvidence;
}

export function Trees({ model, replay, op, explanation }: Props): JSX.Element {
  const text = (index: number) => model.text(index);
  const trees = explanation.trees.map((tree) => treeLines(tree, text));
  const moves = movesOf(explanation, trees, text);
  const [first, second] = trees.map((lines, side) => (
    <figure key={replay.names[side]}>
      <figcaption>
        {replay.names[side]}: {op.outcomes[side]}
      </figcaption>
      <Tree
        lines={lines}
        marks={new Map(moves.map((move, i) => [side === 0 ? move.from : move.to, i + 1]))}
        label={`calls of ${replay.names[side]}`}
      />
    </figure>
  ));
  return (
    <>
      {moves.length > 0 && (
        <p class="hint">
          A number marks an effect that both sides have, in another place: the same number, the same
          effect.
        </p>
      )}
      <div class="trees" tabIndex={0} role="group" aria-label="Calls of both sides">
        {first}
        <Joins moves={moves} lines={Math.max(...trees.map(({ length }) => length))} />
        {second}
      </div>
    </>
  );
}

function Joins({ moves, lines }: { moves: readonly Move[]; lines: number }): JSX.Element {
  return (
    <svg
      class="joins"
      aria-hidden="true"
      width={GAP}
      height={`${lines * LINE}em`}
      viewBox={`0 0 ${GAP} ${lines}`}
      preserveAspectRatio="none"
    >
      {moves.map(({ from, to }) => (
        <path
          key={`${from} ${to}`}
          d={`M0 ${from + 0.5} C${GAP / 2} ${from + 0.5} ${GAP / 2} ${to + 0.5} ${GAP} ${to + 0.5}`}
        />
      ))}
    </svg>
  );
}

function Tree({
  lines,
  marks,
  label,
}: {
  lines: readonly TreeLine[];
  marks: ReadonlyMap<number, number>;
  label: string;
}): JSX.Element {
  return (
    <pre class="tree" tabIndex={0} aria-label={label} role="group">
      {lines.map(({ depth, kind, text }, i) => {
        const mark = marks.get(i);
        return (
          <span key={i} class={`line-${kind} ${mark === undefined ? '' : 'line-moved'}`}>
            {'  '.repeat(depth)}
            {mark !== undefined && <b>[{mark}] </b>}
            {text}
            {'\n'}
          </span>
        );
      })}
    </pre>
  );
}
