// SPDX-License-Identifier: GPL-2.0-only
/** Reports say why some operations were not compared. */

import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { junitReport } from '../../src/report/junit.js';
import { mailReport } from '../../src/report/mail.js';
import { markdownReport } from '../../src/report/markdown.js';
import { notComparedTexts } from '../../src/report/not_compared.js';
import { textReport } from '../../src/report/text.js';
import type { ResultDocument } from '../../src/result/index.js';
import { DOCUMENTS } from './fixture.js';

const NO_VMS = 'c:linux: the tree has no __pkvm_init_vm';

/** A document as if its pair had been compared by ownership, and 7 operations had not been. */
function lowered(): ResultDocument {
  const document = DOCUMENTS.equal;
  const pairs = document.pairs.map((pair, index) => ({
    ...pair,
    level: 'ownership' as const,
    ...(index === 0 ? { notCompared: 7, reasons: [{ reason: NO_VMS, operations: 5 }] } : {}),
  }));
  return { ...document, pairs, counts: { ...document.counts, notCompared: 7 } };
}

describe('operations that were not compared', () => {
  it('are counted by reason, what is left being the end of a side', () => {
    expect(notComparedTexts(lowered())).toEqual([
      `5 operations not compared: ${NO_VMS}`,
      '2 operations not compared: a side had ended or was undefined',
    ]);
  });

  it.each([
    [
      'text',
      (document: ResultDocument) => textReport(document, { chalk: new Chalk({ level: 0 }) }),
    ],
    ['mail', mailReport],
    ['markdown', markdownReport],
    ['junit', junitReport],
  ] as const)('are in the %s with their reason, and the level', (_name, report) => {
    const text = report(lowered()).replaceAll('\\', '').replace(/\s+/g, ' ');
    expect(text).toContain(`5 operations not compared: ${NO_VMS}`);
    expect(text).toMatch(/level ownership|state \(ownership\)/);
    expect(text).not.toMatch(/\bexact\b/);
  });
});
