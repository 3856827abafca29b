// SPDX-License-Identifier: GPL-2.0-only
/** The text of each generated file by its name in src/trace. */
export function generate(): Promise<Map<string, string>>;
