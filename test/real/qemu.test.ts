// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lastLines, qemuVersion } from '../../src/real/emulator/qemu.js';
import { newFolder } from '../folders.js';

/** Makes the only QEMU that is found one that says this of itself. */
function installed(version: string | undefined): void {
  const folder = newFolder();
  const file = join(folder, 'qemu-system-aarch64');
  if (version !== undefined) {
    writeFileSync(file, `#!/bin/sh\necho 'QEMU emulator version ${version}'\n`);
    chmodSync(file, 0o755);
  }
  vi.stubEnv('PATH', folder);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the installed QEMU', () => {
  it('is told by its version', () => {
    installed('7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)');
    expect(qemuVersion()).toBe('7.2.22');
  });

  it('is too old before 7.0', () => {
    installed('6.2.0');
    expect(() => qemuVersion()).toThrow('QEMU 6.2.0 is too old: 7.0 or later is needed');
  });

  it('is asked for by the name of its package where there is none', () => {
    installed(undefined);
    expect(() => qemuVersion()).toThrow('apt-get install qemu-system-arm');
  });
});

describe('the end of a console', () => {
  it('is its last lines that say something', () => {
    expect(lastLines('one\r\ntwo\r\n\r\nthree\r\n\r\n', 3)).toEqual(['two', 'three']);
  });
});
