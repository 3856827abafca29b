// SPDX-License-Identifier: GPL-2.0-only
/** The text of each file of docs/diagrams by its name. */
export function generate(): Promise<Map<string, string>>;
