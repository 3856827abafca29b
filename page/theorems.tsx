// SPDX-License-Identifier: GPL-2.0-only
/** What is proved of each pair: the conditions and what settles them, the arguments, the assumptions. */

import type { JSX } from 'preact';
import {
  type ConditionWords,
  type TheoremWords,
  theoremWords,
} from '../src/report/theorem_words.js';
import type { Model } from './model.js';
import { Verdict } from './verdict.js';

const VERDICTS = {
  equal: 'equal',
  known: 'known',
  new: 'new',
  'not proved': 'inconclusive',
} as const;

export function Theorems({ model }: { model: Model }): JSX.Element | null {
  const { theorems, steps, looked, arguments: letters, assumptions } = theoremWords(model.document);
  if (theorems.length === 0) return null;
  return (
    <section aria-labelledby="theorems">
      <h2 id="theorems">Proved</h2>
      {theorems.map((theorem) => (
        <OneTheorem key={theorem.title} theorem={theorem} />
      ))}
      {steps === '' ? null : <p>{steps}</p>}
      {looked === '' ? null : <p>{looked}</p>}
      <dl class="facts">
        {letters.map(([letter, text, executions]) => (
          <div key={letter}>
            <dt>({letter})</dt>
            <dd>
              {text} [{executions}]
            </dd>
          </div>
        ))}
      </dl>
      <h3>Assumed, and held to real executions</h3>
      <ol>
        {assumptions.map(([number, text, state]) => (
          <li key={number}>
            {text} [{state}]
          </li>
        ))}
      </ol>
    </section>
  );
}

function OneTheorem({ theorem }: { theorem: TheoremWords }): JSX.Element {
  const { title, verdict, standing, conditions, remarks } = theorem;
  return (
    <article class="certificate">
      <h3>
        <Verdict verdict={VERDICTS[standing]} /> {title}: {verdict}
      </h3>
      <ol>
        {conditions.map((condition) => (
          <OneCondition key={condition.title} condition={condition} />
        ))}
      </ol>
      {remarks.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </article>
  );
}

function OneCondition({ condition }: { condition: ConditionWords }): JSX.Element {
  const { title, after, lines } = condition;
  return (
    <li>
      {title}
      <ul>
        {after === '' ? null : <li>after: {after}</li>}
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </li>
  );
}
