// SPDX-License-Identifier: GPL-2.0-only
/** Classes of parameters in words. */

import { PARAMETERS, type Parameter } from './parameters.js';

const NAMES = Object.keys(PARAMETERS) as Parameter[];

/** `nr_pages is 2^19 or more (2 GiB)`. */
export function classesText(classes: ReadonlySet<string>): string {
  const parts = NAMES.map((name, i) => {
    const values = PARAMETERS[name].filter((value) =>
      [...classes].some((one) => one.split(' ')[i] === value),
    );
    return { name, values, isAny: values.length === PARAMETERS[name].length };
  });
  const sizes = parts[0].values;
  const others = parts.slice(1).filter(({ isAny }) => !isAny);
  const texts = [
    ...(parts[0].isAny ? [] : [sizesText(sizes)]),
    ...others.map(({ name, values }) => `the ${name} ${values.join(' or ')}`),
  ];
  return texts.length === 0 ? 'any parameters' : texts.join(', ');
}

function sizesText(sizes: readonly string[]): string {
  const isUpFrom = (first: number) =>
    sizes.length === PARAMETERS.nr_pages.length - first && sizes[0] === PARAMETERS.nr_pages[first];
  if (isUpFrom(1)) return 'nr_pages is not 0';
  if (isUpFrom(2)) return 'nr_pages is 2 or more';
  if (isUpFrom(3) || (sizes.length === 1 && sizes[0] === PARAMETERS.nr_pages[3])) {
    return 'nr_pages is 2^19 or more (2 GiB)';
  }
  return `nr_pages is ${sizes.join(' or ')}`;
}
