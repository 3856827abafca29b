// SPDX-License-Identifier: GPL-2.0-only
import { Chalk } from 'chalk';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateText } from '../../src/report/certificate_text.js';
import { certificateVerdict } from '../../src/report/certificate_words.js';
import { REPORTERS } from '../../src/report/registry.js';
import { verdictText } from '../../src/report/words.js';
import type { Certificate, ResultDocument } from '../../src/result/index.js';
import { documentOfWorlds } from '../explore/documents.js';
import { explore } from '../explore/helpers.js';
import { render } from './render.js';

const PLAIN = new Chalk({ level: 0 });
const FORMATS = REPORTERS.map(({ name }) => name);

let known: ResultDocument;
let fresh: ResultDocument;
let certificate: Certificate;

beforeAll(async () => {
  const off = await explore({ world: { pages: 1 }, invariants: true });
  const on = await explore({ world: { pages: 1, debug: true } });
  known = documentOfWorlds([off, on], { known: {} });
  fresh = documentOfWorlds([off, on]);
  certificate = off.certificate;
});

/** On one line. */
function flat(format: string, document: ResultDocument): string {
  return render(format, document).replaceAll(/\s+/g, ' ').replaceAll('%2C', ',');
}

describe('a certificate', () => {
  it.each(FORMATS)('in %s has its states, digest and what came out', (format) => {
    const text = flat(format, known);
    const [off] = known.certificates ?? [];
    expect(text).toContain(off.digest);
    expect(text).toMatch(/207, depth|"states": ?207/);
    expect(text).toContain(
      format === 'json' ? '"verdict": "equivalent"' : 'in this world but for the known differences',
    );
  });

  it.each(['text', 'mail', 'markdown', 'json'])('in %s has a shortest trace', (format) => {
    for (const document of [known, fresh]) {
      for (const op of certificate.buckets[0].trace) {
        expect(flat(format, document)).toContain(op);
      }
    }
  });

  it('in a mail has the reason, what violates invariants, and no line too long', () => {
    const text = render('mail', known);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(75);
    const [, section] = text.replaceAll(/\s+/g, ' ').split('Certificates:');
    expect(section).toContain('The order of two checks, which nobody outside can see.');
    expect(section).toContain('invariants that hold: hyp-owned-is-nopage,');
    expect(section).toContain('violated: borrowed-is-shared');
    expect(section).toContain('To reproduce: pkvm-tracediff explore --pages 1');
  });

  it('in text is within 80 columns', () => {
    for (const line of certificateText(certificate, PLAIN).split('\n')) {
      expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe('what came out', () => {
  const bucket = () => certificate.buckets[0];
  const verdict = (change: Partial<Certificate>) =>
    certificateVerdict({ ...certificate, ...change });

  it('is every divergence there is, when everything was tried', () => {
    expect(verdict({})).toBe('diverged: 1 new cause, this is every divergence of this world');
    expect(verdict({ buckets: [] })).toBe('equivalent in this world');
    expect(verdict({ buckets: [{ ...bucket(), entry: 'a' }] })).toBe(
      'equivalent in this world but for the known differences',
    );
  });

  it('claims nothing of what follows where the two part ways', () => {
    const columns = ['refcount'];
    expect(verdict({ buckets: [{ ...bucket(), entry: 'a', columns }] })).toBe(
      'equivalent in this world but for the known differences; nothing is said of what follows them',
    );
    expect(verdict({ buckets: [{ ...bucket(), outcomes: ['WARN', '0'] }] })).toContain(
      'nothing is said of what follows them',
    );
  });

  it('is how far it came, when a limit was reached', () => {
    const stopped = { complete: false, limit: '10 s', frontier: 12 };
    expect(verdict({ ...stopped, buckets: [] })).toBe(
      'inconclusive: stopped at 10 s, 12 states not expanded yet',
    );
    expect(verdict(stopped)).toBe(
      'diverged: 1 new cause so far; stopped at 10 s, 12 states not expanded yet',
    );
  });

  it('names what was never met', async () => {
    const { certificate: vacuous } = await explore({
      world: { pages: 1, ops: ['__pkvm_host_unshare_hyp'] },
    });
    expect(certificateVerdict(vacuous)).toBe(
      'equivalent in this world; vacuous: 2 outcomes never met',
    );
    const { certificates = [] } = known;
    const equal = documentOfWorlds([{ certificate: certificates[1], counterexamples: [] }]);
    expect(verdictText(equal)).toBe('equal: no divergence in 1 certificate');
    const alone = documentOfWorlds([{ certificate: vacuous, counterexamples: [] }]);
    expect(verdictText(alone)).toBe('equal: no divergence in 1 certificate, 1 of them vacuous');
    expect(certificateText(vacuous, PLAIN).replaceAll(/\s+/g, ' ')).toContain(
      'vacuous: never met __pkvm_host_unshare_hyp: 0, __pkvm_host_unshare_hyp: -EBUSY',
    );
  });
});
