// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where in a text the values are that JSON pointers name. Walks the text once, without building a
 * tree of it.
 */

import { visit } from 'jsonc-parser';
import { pointerKeys } from './problem.js';

/** A place in a text, both from 1. The column counts UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A place with the text that stands there, if it is a number or another literal. */
export interface Located extends Position {
  readonly literal?: string;
}

interface Wanted {
  position: Located | undefined;
  readonly children: Map<string, Wanted>;
}

/**
 * The position of each pointer's value, or of the nearest value above it that is there. The text
 * must be shallow (see `nestingTooDeep`): the walk is recursive.
 */
export function locate(text: string, pointers: readonly string[]): Located[] {
  const root = newWanted();
  for (const pointer of pointers) addPointer(root, pointer);
  walk(text, root);
  return pointers.map((pointer) => positionOf(root, pointer));
}

function newWanted(): Wanted {
  return { position: undefined, children: new Map() };
}

function addPointer(root: Wanted, pointer: string): void {
  let node = root;
  for (const key of pointerKeys(pointer)) {
    let child = node.children.get(key);
    if (child === undefined) {
      child = newWanted();
      node.children.set(key, child);
    }
    node = child;
  }
}

function positionOf(root: Wanted, pointer: string): Located {
  let node = root;
  let position: Located = root.position ?? { line: 1, column: 1 };
  for (const key of pointerKeys(pointer)) {
    const child = node.children.get(key);
    if (child?.position === undefined) break;
    node = child;
    position = child.position;
  }
  return position;
}

/** An object or array the walk is in: the wanted node it is, and the key of its current child. */
interface Level {
  readonly wanted: Wanted | undefined;
  key: string;
  readonly isArray: boolean;
}

function walk(text: string, root: Wanted): void {
  const levels: Level[] = [];
  const enter = (line: number, character: number, literal?: string): Wanted | undefined => {
    const level = levels.at(-1);
    const wanted = level === undefined ? root : level.wanted?.children.get(level.key);
    if (wanted) {
      const position = { line: line + 1, column: character + 1 };
      wanted.position = literal === undefined ? position : { ...position, literal };
    }
    return wanted;
  };
  visit(text, {
    onObjectBegin: (_offset, _length, line, character) => {
      levels.push({ wanted: enter(line, character), key: '', isArray: false });
    },
    onObjectProperty: (property) => {
      levels[levels.length - 1].key = property;
    },
    onArrayBegin: (_offset, _length, line, character) => {
      levels.push({ wanted: enter(line, character), key: '0', isArray: true });
    },
    onObjectEnd: () => void levels.pop(),
    onArrayEnd: () => void levels.pop(),
    onLiteralValue: (_value, offset, length, line, character) => {
      enter(line, character, text.slice(offset, offset + length));
    },
    onSeparator: (character) => {
      const level = levels.at(-1);
      if (character === ',' && level?.isArray) level.key = String(Number(level.key) + 1);
    },
  });
}
