// SPDX-License-Identifier: GPL-2.0-only
export { PACKAGE_ROOT } from '../package/root.js';
