// SPDX-License-Identifier: GPL-2.0-only
import { render } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { App } from '../../../page/app.js';
import { Model } from '../../../page/model.js';
import { startState } from '../../../page/state.js';
import { causesOf } from '../../../src/report/causes.js';
import type { ResultDocument } from '../../../src/result/index.js';
import { documentOfWorlds } from '../../explore/documents.js';
import { explore } from '../../explore/helpers.js';
import { exampleDocument, HOSTILE, provedDocument } from '../documents.js';

const DOCUMENT = exampleDocument();
const CAUSES = [...causesOf(DOCUMENT, 'new'), ...causesOf(DOCUMENT, 'known')];

function html(hash = '', document: ResultDocument = DOCUMENT): string {
  const model = new Model(document);
  return render(<App model={model} state={startState(model, hash)} act={() => {}} />);
}

describe('the page', () => {
  it('says the verdict and what it stands on', () => {
    const { counts } = DOCUMENT;
    expect(html()).toContain(
      `${counts.new} new in ${counts.diverged} of ${counts.replays} replays`,
    );
    expect(html()).toContain(`${counts.replays} replays of ${counts.traces} traces`);
  });

  it('has the commits of a series: in a list, as columns, and with the cause each shows first', () => {
    const [{ first, second }] = DOCUMENT.pairs;
    const commits = [
      { commit: first, subject: 'the base', verdict: 'base' as const },
      { commit: 'c'.repeat(12), subject: 'docs', verdict: 'skipped' as const, reason: 'no code' },
      { commit: second, subject: 'a <bug>', verdict: 'new' as const },
    ];
    const section = { tree: 'linux', range: 'A..B', compiler: 'gcc 12', bisected: false };
    const [cause] = DOCUMENT.buckets;
    const series = { ...DOCUMENT, series: { ...section, commits } };
    const text = html(`#cause-${cause.id}`, series);
    expect(text).toContain('<code>A..B</code> of <code>linux</code>, compiled by gcc 12');
    expect(text).toMatch(/verdict-skipped">skipped<[^]*no code/);
    expect(text).toContain('a &lt;bug>');
    expect(text).toContain(`<div>${second}</div></th>`);
    expect(text).not.toContain(`<div>${first}</div>`);
    expect(text).toContain(`first in ${second} (&quot;a &lt;bug>&quot;)`);
    expect(text).toContain(`--impl c:linux@${first},c:linux@${second}`);
    expect(html()).not.toContain('Commit by commit');
  });

  it('has an entry for each cause, closed', () => {
    const text = html();
    expect(text.match(/<details class="cause /g)).toHaveLength(CAUSES.length);
    expect(text).not.toContain('class="cause-body"');
  });

  it('opens the cause that a link names: outcomes, place, functions, trace, commands', () => {
    const cause = CAUSES.find(({ bucket }) => bucket.outcomes.first === '-EBUSY');
    const { id, example } = cause?.bucket ?? CAUSES[0].bucket;
    const text = html(`#cause-${id}`);
    const body = text.split('class="cause-body"')[1].split('</details>')[0];
    expect(body).toContain('<span>legacy</span> <code>-EBUSY</code>');
    expect(body).toContain('<span>direct</span> <code>-EPERM</code>');
    expect(body).toContain(`${example.file}:${example.line}:${example.column}`);
    expect(body).toContain('<code>hyp_ack_unshare()</code>');
    expect(body).toContain('no entry has it');
    expect(body.match(/<a href="#trace=/g)).toHaveLength(example.opIndex + 2);
    expect(body).toContain('pkvm-tracediff explain');
  });

  it('lists a part of very many causes, and none where there is none', () => {
    const [bucket] = DOCUMENT.buckets;
    const many = Array.from({ length: 300 }, (_, i) => ({
      ...bucket,
      id: i.toString(16).padStart(12, '0'),
      op: `op_${i}`,
    }));
    const text = html('', { ...DOCUMENT, buckets: many });
    expect(text.match(/<details class="cause /g)).toHaveLength(50);
    expect(text).toContain('Show more of the 300');
    expect(html('', { ...DOCUMENT, buckets: [] })).toContain('the two sides agreed wherever');
  });

  it('opens a cause that is the only one', () => {
    const text = html('', { ...DOCUMENT, buckets: DOCUMENT.buckets.slice(0, 1) });
    expect(text.match(/class="cause-body"/g)).toHaveLength(1);
  });

  it('makes a link of a web address only', () => {
    const [bucket] = DOCUMENT.buckets;
    const of = (link: string) =>
      html(`#cause-${bucket.id}`, {
        ...DOCUMENT,
        buckets: [{ ...bucket, verdict: 'known', entry: 'e' }],
        baseline: {
          files: ['b.json'],
          stale: 0,
          entries: [
            {
              id: 'e',
              file: 'b.json',
              line: 1,
              reason: 'seen',
              owner: 'me',
              link,
              matched: 1,
              matches: [{ text: 't', matched: 1, judged: true }],
              stale: [],
            },
          ],
        },
      });
    expect(of('https://example.org/1')).toContain('<a href="https://example.org/1">');
    expect(of('javascript:alert(1)')).not.toContain('javascript:');
  });

  it('draws the states that pages went through, each step a link', () => {
    const states = html().split('id="states"')[1].split('</section>')[0];
    expect(states).toContain('from host OWNED, hyp NOPAGE, shared with nobody');
    expect(states).toMatch(/<a href="#trace=[^"]+" aria-label="__pkvm_host_share_hyp, /);
  });

  it('numbers moved effects alike in both trees', () => {
    const text = html(`#${new URLSearchParams({ trace: HOSTILE, op: '0' })}`);
    expect(text.match(/<b>\[1\] <\/b>/g)).toHaveLength(2);
  });

  it('shows the selected operation: outcomes, effects, calls', () => {
    const text = html('#trace=unshare-hyp-busy-or-refused&op=6');
    expect(text).toContain('legacy <code>-EBUSY</code>, direct <code>-EPERM</code>');
    expect(text).toContain('only in legacy');
    expect(text).toContain('hyp_ack_unshare(0x100040100000, &amp;tx) = -EBUSY');
  });

  it('marks moved effects as moved', () => {
    const text = html(`#${new URLSearchParams({ trace: HOSTILE, op: '0' })}`);
    expect(text).toContain('moved, here in legacy');
    expect(text).toContain('host state: before hyp map in legacy, after it in direct');
  });

  it('shows each page after each operation in words for those who do not see colours', () => {
    expect(html('#trace=unshare-hyp-busy-or-refused&op=6')).toContain(
      'aria-label="page 0x40100 after operation 3: host NOPAGE, hyp OWNED, refcount 1"',
    );
  });

  it('splits a cell where the two sides differ', () => {
    const text = html('#trace=share-hyp-out-of-tables');
    expect(text).toMatch(/legacy: host SHARED_OWNED[^"]*; direct: host OWNED/);
    expect(text).toContain('class="mark own-ffa half"');
  });

  it('links the cells of the coverage to examples', () => {
    const matrix = html().split('class="matrix"')[1].split('</table>')[0];
    expect(matrix).toMatch(/<a href="#trace=[^"]+" aria-label="__pkvm_host_unshare_hyp = -EBUSY/);
  });

  it('takes nothing from a trace for HTML', () => {
    const text = html(`#${new URLSearchParams({ trace: HOSTILE })}`);
    expect(text).not.toContain('<img');
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;img src=x onerror=alert(1)>');
  });

  it('says what was explored, with a link to each shortest trace', async () => {
    const off = await explore({ world: { pages: 1 }, invariants: true });
    const on = await explore({ world: { pages: 1, debug: true } });
    const text = html('', documentOfWorlds([off, on], { known: {} }));
    const section = text.split('<h2 id="certificates">')[1].split('</section>')[0];
    expect(section).toContain('equivalent in this world but for the known differences');
    expect(section).toContain(on.certificate.digest);
    expect(section).toContain('The order of two checks, which nobody outside can see.');
    expect(section).toMatch(/<a href="#trace=explore-[^"]+op=6">look at it<\/a>/);
    expect(section).toContain('violated: borrowed-is-shared');
    for (const op of off.certificate.buckets[0].trace) expect(section).toContain(op);
    expect(html()).not.toContain('id="certificates"');
  });

  it('shows a theorem with its steps in C, its arguments and how often each was looked for', () => {
    const text = html('', provedDocument());
    const section = text.split('<h2 id="theorems">')[1].split('</section>')[0];
    expect(section).toContain('__pkvm_host_share_ffa: set host SHARED_OWNED returns an error');
    expect(section).toContain('set host: __host_set_page_state_range()');
    expect(section).toContain('mapping none cannot fail [1,234]');
    // Nothing was replayed, so nothing is said of replays.
    expect(text).not.toContain('id="differences"');
    expect(text).not.toContain('id="traces"');
    expect(html()).toContain('id="traces"');
  });

  it('says so when there is no evidence', () => {
    const { evidence: _evidence, ...bare } = DOCUMENT;
    expect(html('', bare)).toContain('no evidence of single traces');
  });
});
