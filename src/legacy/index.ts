// SPDX-License-Identifier: GPL-2.0-only
import type { Implementation } from '../hyp/transitions.js';
import { BEFORE_FIX_STEPS, ComponentsBeforeFix } from './before_fix.js';
import { Legacy } from './legacy.js';
import { LEGACY_STEPS } from './steps.js';

export const legacy: Implementation = {
  name: 'legacy',
  description: 'before the series: np-guest base d0670128d42f with the fix 5b426d0a481a',
  commit: '5b426d0a481a on d0670128d42f',
  steps: LEGACY_STEPS,
  create: (helpers) => new Legacy(helpers),
};

export const legacyBeforeFix: Implementation = {
  name: 'legacy-before-fix',
  description: 'np-guest base d0670128d42f without the fix of hyp_ack_unshare() (5b426d0a481a)',
  commit: 'd0670128d42f',
  steps: BEFORE_FIX_STEPS,
  create: (helpers) => new Legacy(helpers, new ComponentsBeforeFix(helpers)),
};
