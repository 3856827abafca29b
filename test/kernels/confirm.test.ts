// SPDX-License-Identifier: GPL-2.0-only
/** Two bugs of the C code, asked of a kernel that has them and of one that has them no more. */
import { describe, expect, it } from 'vitest';
import { documentOfRun } from '../cli/run.js';
import { kernelImage } from './kernels.js';

/** What kernels say of the difference of a trace: `confirmed WARN`, `not confirmed -EPERM`. */
function answers(trace: string): string[] {
  const { document } = documentOfRun([
    ...['replay', `traces/${trace}.json`, '--impl', 'legacy-before-fix,direct'],
    ...['--confirm', `real:${kernelImage('6.12')}`, '--confirm', `real:${kernelImage('6.16')}`],
  ]);
  return document.buckets.flatMap(({ confirmations = [] }) =>
    confirmations.map((answer) =>
      answer.kind === 'not tried' ? (answer.reason ?? '') : `${answer.kind} ${answer.outcome}`,
    ),
  );
}

describe('what a kernel does where two models differ', () => {
  it('confirms the Nov 2024 bug on 6.12, and refutes it on 6.16', () => {
    expect(answers('regressions/unshare-hyp-of-ffa-page')).toEqual([
      'confirmed WARN',
      'not confirmed -EPERM',
    ]);
  });

  it('confirms on 6.12 that 2 GiB cannot be given back, and refutes it on 6.16', () => {
    expect(answers('findings/hyp-donate-host-2gib')).toEqual(['confirmed WARN', 'not confirmed 0']);
  });
});
