// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { newTransition } from '../../src/legacy/transition.js';

describe('newTransition', () => {
  it('has every field, so that filling it in never changes its shape', () => {
    expect(newTransition()).toEqual({
      nr_pages: 0,
      initiator: { id: 0, addr: 0, completer_addr: 0 },
      completer: { id: 0 },
    });
  });
});
