// SPDX-License-Identifier: GPL-2.0-only
/** Why a side is undefined, in words. */

/** The page and its two uses: of both sides, or of those that are undefined, by name. */
export function usesText(
  names: readonly [string, string],
  [first, second]: readonly [string | undefined, string | undefined],
): string {
  if (first !== undefined && first === second) return first;
  const sides = [
    ...(first === undefined ? [] : [`${names[0]}: ${first}`]),
    ...(second === undefined ? [] : [`${names[1]}: ${second}`]),
  ];
  return sides.join('; ');
}
