// SPDX-License-Identifier: GPL-2.0-only
export { packageVersion } from '../package/version.js';
