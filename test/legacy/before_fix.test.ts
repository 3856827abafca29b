// SPDX-License-Identifier: GPL-2.0-only
/** Legacy without the fix of hyp_ack_unshare(), on a real machine. */
import { legacyBeforeFix } from '../../src/legacy/index.js';
import { describeRanges, describeStateTable } from '../support/describe_transitions.js';

describeStateTable('legacy-before-fix', legacyBeforeFix);
describeRanges(legacyBeforeFix);
