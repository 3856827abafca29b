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
import { exampleDocument, HOSTILE } from '../documents.js';

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

  it('has a row for each cause, with a link to its example', () => {
    const text = html();
    const rows = text.split('class="buckets"')[1].split('</table>')[0];
    expect(rows.match(/<tr>/g)).toHaveLength(CAUSES.length + 1);
    expect(rows.match(/<a href="#trace=/g)).toHaveLength(CAUSES.length);
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

  it('says so when there is no evidence', () => {
    const { evidence: _evidence, ...bare } = DOCUMENT;
    expect(html('', bare)).toContain('no evidence of single traces');
  });
});
