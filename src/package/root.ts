// SPDX-License-Identifier: GPL-2.0-only
/** The folder of this package, two above this file, in the source and built alike. */
export const PACKAGE_ROOT = new URL('../../', import.meta.url);
