// SPDX-License-Identifier: GPL-2.0-only
/** The real hypervisor as a side: `real:PATH`. */

export { qemuVersion } from './emulator/qemu.js';
export { inspectKernel, realKind } from './real_side.js';
export { type RecordedTrace, recordKernel } from './recording.js';
