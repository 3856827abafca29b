// SPDX-License-Identifier: GPL-2.0-only
/** Text in lines of a width, at white space. */

/** Lines of at most `width` columns; a word longer than that stands alone, unbroken. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line === '') line = word;
    else if (indent.length + line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(indent + line);
      line = word;
    }
  }
  if (line !== '') lines.push(indent + line);
  return lines;
}

/** As `wrap`, but nothing is longer than the width: longer words are broken. */
export function wrapHard(text: string, width: number, indent = ''): string[] {
  const room = width - indent.length;
  const words = text
    .split(/\s+/)
    .flatMap((word) => word.match(new RegExp(`.{1,${room}}`, 'gu')) ?? []);
  return wrap(words.join(' '), width, indent);
}
