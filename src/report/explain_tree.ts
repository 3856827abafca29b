// SPDX-License-Identifier: GPL-2.0-only
/** A tree of calls as lines of text that fit a width. */

import type { ChalkInstance } from 'chalk';
import type { TreeNode } from '../explain/trace_tree.js';

const INDENT = 2;

/** The lines of a tree; no line is longer than `width`, however deep the call. */
export function treeLines(
  tree: readonly TreeNode[],
  width: number,
  chalk: ChalkInstance,
): string[] {
  const lines: string[] = [];
  const add = (text: string, depth: number, colour: (text: string) => string) => {
    for (const line of wrapped(text, depth * INDENT, width)) lines.push(colour(line));
  };
  const visit = (node: TreeNode, depth: number) => {
    add(nodeText(node), depth, colourOf(node, chalk));
    if (node.kind !== 'call') return;
    for (const child of node.body) visit(child, depth + 1);
    if (node.found !== undefined) add(`saw ${node.found}`, depth + 1, chalk.cyan);
  };
  for (const node of tree) visit(node, 0);
  return lines;
}

/** One node in words. */
export function nodeText(node: TreeNode): string {
  switch (node.kind) {
    case 'call': {
      const call = `${node.name}(${node.args})`;
      if (node.panic) return `${call} ${node.panic.here ? node.panic.code : 'is left by a panic'}`;
      return node.result === '' ? call : `${call} = ${node.result}`;
    }
    case 'change':
      return `${node.subject}: ${node.before} => ${node.after}`;
    case 'lock':
      return `${node.taken ? 'lock' : 'unlock'} ${node.lock}`;
    case 'flush':
      return `${node.name}: TLB invalidation`;
    case 'config':
      return `${node.name} is ${node.on ? 'on' : 'off'}`;
    case 'more':
      return `... ${node.calls.toLocaleString('en-US')} more of ${node.name}`;
  }
}

function colourOf(node: TreeNode, chalk: ChalkInstance): (text: string) => string {
  switch (node.kind) {
    case 'call':
      return node.panic?.here ? chalk.red.bold : (text) => text;
    case 'change':
      return chalk.yellow;
    default:
      return chalk.dim;
  }
}

/**
 * Text broken at spaces, but not between `=` or `=>` and what follows, into lines of at most `width`,
 * all but the first indented further.
 */
export function wrapped(text: string, indent: number, width: number): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(Math.min(indent, width >> 1));
  const further = `${line}    `;
  let isEmpty = true;
  for (const word of text.split(/(?<!=>?) /)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = further;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = further + line.slice(width);
    }
  }
  lines.push(line);
  return lines;
}
