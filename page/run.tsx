// SPDX-License-Identifier: GPL-2.0-only
/** The run in full: what was counted, which implementations, the seeded bugs, the command. */

import type { JSX } from 'preact';
import { shellLine } from '../src/report/shell.js';
import { countLines, seededText } from '../src/report/words.js';
import type { Model } from './model.js';

export function Run({ model }: { model: Model }): JSX.Element {
  const { document } = model;
  return (
    <section aria-labelledby="run">
      <h2 id="run">The run</h2>
      <ul>
        {countLines(document).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <dl class="facts">
        {document.implementations.map(({ name, description, commit, facts = [] }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {description}
              {commit !== undefined && <small>commit {commit}</small>}
              {facts.map((fact) => (
                <small key={fact.name}>
                  {fact.name}: {fact.value}
                </small>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p>To reproduce the whole run:</p>
      <pre class="command" tabIndex={0}>
        {shellLine(document.command)}
      </pre>
    </section>
  );
}

/** How good the traces are at finding bugs. */
export function SeededBugs({ model }: { model: Model }): JSX.Element | null {
  const { seededBugs } = model.document;
  if (!seededBugs) return null;
  const { survivors } = seededBugs;
  return (
    <section aria-labelledby="seeded-bugs">
      <h2 id="seeded-bugs">Seeded bugs</h2>
      <p>
        Bugs were put into the models one at a time, and the traces replayed against each:{' '}
        {seededText(seededBugs)}.
      </p>
      {survivors.length > 0 && (
        <>
          <p>No trace finds these:</p>
          <ul>
            {survivors.map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
