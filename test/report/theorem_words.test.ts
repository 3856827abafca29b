// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { type Helper, stepText } from '../../src/branches/index.js';
import { STEP_FUNCTIONS, theoremWords } from '../../src/report/theorem_words.js';
import { provedDocument } from '../page/documents.js';

describe('the steps of a theorem', () => {
  it('are called by the names of the functions that make them', () => {
    for (const [step, helper] of STEP_FUNCTIONS) {
      if (helper === 'hyp_page_count') continue;
      expect(stepText({ helper: helper as Helper, args: [0, 1, 0] })).toMatch(
        new RegExp(`^${step}( |$)`),
      );
    }
    expect(STEP_FUNCTIONS).toHaveLength(7);
  });

  it('are said once, and only those that its conditions name', () => {
    const { steps } = theoremWords(provedDocument());
    expect(steps).toBe(
      'The steps above, each on the range of the operation: ' +
        'check host: __host_check_page_state_range(); set host: __host_set_page_state_range().',
    );
  });
});
