// SPDX-License-Identifier: GPL-2.0-only
/** Runs before each test file, also where files share one worker and its modules. */
import { afterEach } from 'vitest';
import { removeFolders } from './folders.js';

afterEach(removeFolders);
