// SPDX-License-Identifier: GPL-2.0-only
/** Lines of consoles as Linux 6.12 prints them under QEMU. */
import { expect, it } from 'vitest';
import { requireProtected } from '../../src/real/drive/boot.js';

it('a kernel whose hypervisor protects itself is taken, by what KVM says of it', () => {
  const text =
    '[    0.30] kvm [1]: nv: 570 coarse\n[    0.31] kvm [1]: Protected nVHE mode initialized successfully\n';
  expect(requireProtected(text)).toBe('Protected nVHE mode initialized successfully');
});

it.each([
  '[    0.30] kvm [1]: VHE mode initialized successfully',
  '[    0.30] kvm [1]: HYP mode not available',
  '[    0.30] kvm [1]: Hyp nVHE mode initialized successfully',
])('one that does not is refused with what KVM said: %s', (line) => {
  let seen: unknown;
  try {
    requireProtected(`[    0.00] Linux version 6.12.1\n${line}\n[    0.40] Run /init\n`);
  } catch (error) {
    seen = error;
  }
  expect(seen).toMatchObject({
    message: expect.stringContaining('its hypervisor does not protect itself'),
    seen: [line],
  });
});
