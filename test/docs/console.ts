// SPDX-License-Identifier: GPL-2.0-only
/** The commands that a page shows with their output, and whether the output is true. */

export interface Shown {
  readonly command: string;
  /** Runs of lines that stand in the output one after the other; `...` is between them. */
  readonly pieces: readonly string[];
}

/** Every block of a page that is marked `console`. */
export function shownIn(markdown: string): Shown[] {
  return [...markdown.matchAll(/```console\n\$ (.*)\n([\s\S]*?)```/g)].map(
    ([, command, output]) => ({
      command,
      pieces: output
        .split(/^\.\.\.\n/m)
        .map((piece) => piece.trimEnd())
        .filter((piece) => piece !== ''),
    }),
  );
}

/** The pieces that the output does not have, in whole lines and behind those before them. */
export function missingIn(output: string, { pieces }: Shown): string[] {
  const text = `\n${output.replaceAll(/^\d+\.\d+ s$/gm, 'N s')}\n`;
  let from = 0;
  return pieces.filter((piece) => {
    const at = text.indexOf(`\n${piece}\n`, from);
    if (at >= 0) from = at + piece.length;
    return at < 0;
  });
}
