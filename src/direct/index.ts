// SPDX-License-Identifier: GPL-2.0-only
import type { Implementation } from '../hyp/transitions.js';
import { Direct } from './direct.js';
import { DIRECT_STEPS } from './steps.js';

export const direct: Implementation = {
  name: 'direct',
  description: 'after patch 3 (2d2aa2eb275f): donations direct too, no machinery left',
  commit: '2d2aa2eb275f',
  steps: DIRECT_STEPS,
  create: (helpers) => new Direct(helpers),
};
