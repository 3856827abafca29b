// SPDX-License-Identifier: GPL-2.0-only
/** The folder of this package: the command line runs from src/cli or, built, from dist/cli. */
export const PACKAGE_ROOT = new URL('../../', import.meta.url);
