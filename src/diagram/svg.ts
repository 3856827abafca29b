// SPDX-License-Identifier: GPL-2.0-only
/** The state machine of a page as a picture: the host's state down, hyp's across, numbered arrows. */

import {
  type Edge,
  HOST_ORDER,
  HYP_ORDER,
  type PageStates,
  type PairState,
} from './page_states.js';

const BOX = { width: 190, height: 64 };
const STEP = { x: 330, y: 190 };
const MARGIN = 30;
const LINE = 20;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A picture that needs no font, script or style from elsewhere; readable on light and on dark. */
export function svgOf({ states, edges }: PageStates): string {
  const width = 2 * MARGIN + (HYP_ORDER.length - 1) * STEP.x + BOX.width;
  const legendTop = 2 * MARGIN + (HOST_ORDER.length - 1) * STEP.y + BOX.height;
  const rows = edges.flatMap((edge, i) => legendRows(edge, i + 1));
  const height = legendTop + rows.length * LINE + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title" font-family="sans-serif" font-size="14">
<title id="title">States of a page, host and hyp, and the operations that lead from one to another</title>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 10 5 0 10z" fill="#333333"/></marker></defs>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${edges.map((edge, i) => arrow(edge, i + 1)).join('\n')}
${states.map(box).join('\n')}
${rows.map((row, i) => `<text x="${MARGIN}" y="${legendTop + (i + 1) * LINE}">${row}</text>`).join('\n')}
</svg>
`;
}

function legendRows({ from, to, ops }: Edge, number: number): string[] {
  const change = `host ${from.host}, hyp ${from.hyp} &#8594; host ${to.host}, hyp ${to.hyp}`;
  return [
    `<tspan font-weight="bold">${number}</tspan> ${change}`,
    ...ops.map((op) => `<tspan dx="24" font-family="monospace">${op}</tspan>`),
  ];
}

function box(state: PairState): string {
  const { x, y } = centre(state);
  const left = x - BOX.width / 2;
  const top = y - BOX.height / 2;
  return [
    `<rect x="${left}" y="${top}" width="${BOX.width}" height="${BOX.height}" rx="8" fill="#e8f1fa" stroke="#00558f" stroke-width="1.5"/>`,
    `<text x="${x}" y="${y - 6}" text-anchor="middle">host ${state.host}</text>`,
    `<text x="${x}" y="${y + 16}" text-anchor="middle">hyp ${state.hyp}</text>`,
  ].join('\n');
}

/** A bent arrow between two boxes, with its number beside its middle. */
function arrow({ from, to }: Edge, number: number): string {
  const a = centre(from);
  const b = centre(to);
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const bend = 24 + length * 0.07;
  const middle = {
    x: (a.x + b.x) / 2 - ((b.y - a.y) / length) * bend,
    y: (a.y + b.y) / 2 + ((b.x - a.x) / length) * bend,
  };
  const start = edgeOfBox(a, middle);
  const end = edgeOfBox(b, middle);
  const at = {
    x: (start.x + 2 * middle.x + end.x) / 4,
    y: (start.y + 2 * middle.y + end.y) / 4,
  };
  const path = `M${round(start)} Q${round(middle)} ${round(end)}`;
  return [
    `<path d="${path}" fill="none" stroke="#333333" stroke-width="1.5" marker-end="url(#head)"/>`,
    `<circle cx="${at.x.toFixed(1)}" cy="${at.y.toFixed(1)}" r="11" fill="#ffffff" stroke="#333333"/>`,
    `<text x="${at.x.toFixed(1)}" y="${(at.y + 5).toFixed(1)}" text-anchor="middle" font-weight="bold" font-size="13">${number}</text>`,
  ].join('\n');
}

/** Where the way from the centre of a box to a point leaves the box. */
function edgeOfBox(from: Point, to: Point): Point {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const share = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : BOX.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : BOX.height / 2 / Math.abs(dy),
  );
  return { x: from.x + dx * share, y: from.y + dy * share };
}

function centre({ host, hyp }: PairState): Point {
  return {
    x: MARGIN + BOX.width / 2 + HYP_ORDER.indexOf(hyp) * STEP.x,
    y: MARGIN + BOX.height / 2 + HOST_ORDER.indexOf(host) * STEP.y,
  };
}

function round({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
