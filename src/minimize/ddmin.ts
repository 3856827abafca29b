// SPDX-License-Identifier: GPL-2.0-only
/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
 * 2002): leaves out ever smaller parts of a list for as long as what matters stays. Ends with a list
 * of which no single item can be left out.
 */

/**
 * `keeps` says how many leading items of a list it takes to show what matters, or -1 if the list
 * does not. Yields after each try.
 */
export function* ddmin<Item>(
  items: readonly Item[],
  keeps: (items: readonly Item[]) => number,
): Generator<readonly Item[], readonly Item[]> {
  let list = items;
  let chunk = 2 ** Math.ceil(Math.log2(Math.max(1, list.length)));
  for (;;) {
    const before = list.length;
    for (let end = list.length; end > 0; end -= chunk) {
      const start = Math.max(0, end - chunk);
      const shorter = [...list.slice(0, start), ...list.slice(end)];
      const kept = shorter.length === 0 ? -1 : keeps(shorter);
      if (kept >= 0) {
        list = shorter.slice(0, kept);
        end = Math.min(end, list.length + chunk);
      }
      yield list;
    }
    if (chunk > 1) chunk = Math.ceil(chunk / 2);
    else if (list.length === before) return list;
  }
}
