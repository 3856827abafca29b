// SPDX-License-Identifier: GPL-2.0-only
/** What is seen first: the verdict, what is wrong with the run, and the tiles. */

import type { JSX } from 'preact';
import { Fragment } from 'preact';
import { staleTexts, verdictText } from '../../src/report/words.js';
import type { Model } from '../model.js';
import { Verdict } from '../verdict.js';
import { tilesOf } from './tiles.js';

export function First({ model }: { model: Model }): JSX.Element {
  const { document } = model;
  const { tiles, missing } = tilesOf(document);
  return (
    <section aria-labelledby="verdict" class="first">
      <h2 id="verdict">
        <Verdict verdict={document.verdict} /> {verdictText(document).replace(/^\w+: /, '')}
      </h2>
      <Lines title="Stale baseline entries" lines={staleTexts(document)} />
      <Lines
        title="Problems of the input"
        lines={document.problems.map(
          ({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`,
        )}
      />
      <ul class="tiles" aria-label="What stands for it">
        {tiles.map(({ section, title, figure, text, tone }) => (
          <li key={section}>
            <a href={`#${section}`} class={`tile tone-${tone}`}>
              <span class="title">{title}</span>
              <strong>{figure}</strong>
              <span class="text">{text}</span>
            </a>
          </li>
        ))}
      </ul>
      {missing.length > 0 && (
        <p class="missing">
          Not in this result:{' '}
          {missing.map(({ what, command }, i) => (
            <Fragment key={what}>
              {i > 0 && '; '}
              {what} (<code>{command}</code>)
            </Fragment>
          ))}
          .
        </p>
      )}
    </section>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <div class="wrong">
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
