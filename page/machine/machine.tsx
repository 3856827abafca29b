// SPDX-License-Identifier: GPL-2.0-only
/** The state machine of a page, drawn from what was met; each lane leads to a trace that shows it. */

import type { JSX } from 'preact';
import { count, number } from '../../src/report/number_words.js';
import type { Model } from '../model.js';
import { formatHash, type State } from '../state.js';
import { Verdict } from '../verdict.js';
import { type Hub, hubsOf, type Lane, NARROW, type Size, thickness, WIDE } from './hubs.js';
import { edgesMet, type MachineEdge, type MachineState } from './met.js';

interface Props {
  readonly model: Model;
  readonly state: State;
}

export function PageMachine({ model, state }: Props): JSX.Element | null {
  if (model.replays.length === 0) return null;
  const edges = edgesMet(model, state.filters);
  return (
    <section aria-labelledby="states">
      <h2 id="states">States of a page</h2>
      {edges.length === 0 ? (
        <p class="note">No page changed hands in what is shown.</p>
      ) : (
        <>
          <p class="note">
            Host, hyp and who it is shared with, as the replays met them; constructed traces and
            operations that panic left out. A line is an operation, the thicker the more pages it
            took there; it leads to a trace.
            {model.leftOut > 0 &&
              ` ${count(model.leftOut, 'replay')} for which there was no room are not in it.`}{' '}
            <Key />
          </p>
          {[WIDE, NARROW].map((size) => (
            <div key={size.width} class={`machine ${size === WIDE ? 'wide' : 'narrow'}`}>
              {hubsOf(edges, size).map((hub) => (
                <HubPicture key={hub.state.key} model={model} hub={hub} size={size} />
              ))}
            </div>
          ))}
          <EdgeList model={model} edges={edges} />
        </>
      )}
    </section>
  );
}

function Key(): JSX.Element {
  return (
    <span class="key">
      {(['equal', 'known', 'new'] as const).map((verdict) => (
        <span key={verdict} class={`verdict-${verdict}`}>
          <svg width="28" height="10" aria-hidden="true">
            <line class={`lane lane-${verdict}`} x1="0" x2="28" y1="5" y2="5" stroke-width="4" />
          </svg>{' '}
          {verdict}
        </span>
      ))}
    </span>
  );
}

function HubPicture({ model, hub, size }: { model: Model; hub: Hub; size: Size }): JSX.Element {
  const { width } = size;
  const spokeLeft = width - size.spoke;
  return (
    <svg
      width={width}
      height={hub.height + 2}
      viewBox={`-1 -1 ${width + 2} ${hub.height + 2}`}
      role="group"
      aria-label={`From and to ${stateWords(hub.state)}`}
    >
      <Box state={hub.state} x={0} y={0} width={size.hub} height={hub.height} />
      {hub.spokes.map(({ state, top, height, lanes }) => (
        <g key={state.key}>
          <Box state={state} x={spokeLeft} y={top} width={size.spoke} height={height} />
          {lanes.map((lane) => (
            <LaneLine
              key={`${lane.edge.op} ${lane.isOutward}`}
              model={model}
              lane={lane}
              left={size.hub}
              right={spokeLeft}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

const NARROW_BOX = 150;
const MOST_LETTERS = 16;

/** The first word on a line of its own, unless all fit on one. */
function inTwo(line: string): string[] {
  const at = line.indexOf(' ');
  return line.length <= MOST_LETTERS ? [line] : [line.slice(0, at), line.slice(at + 1)];
}

function Box({
  state,
  x,
  y,
  width,
  height,
}: {
  state: MachineState;
  x: number;
  y: number;
  width: number;
  height: number;
}): JSX.Element {
  const lines = [`host ${state.host}`, `hyp ${state.hyp}`, `with ${state.sharedWith}`];
  const broken = width < NARROW_BOX ? lines.flatMap(inTwo) : lines;
  const middle = y + height / 2 - ((broken.length - 1) * 15) / 2;
  return (
    <g class={`box own-${state.owner}`} aria-hidden="true">
      <rect x={x} y={y} width={width} height={height} rx="6" />
      {broken.map((line, i) => (
        <text key={`${i} ${line}`} x={x + width / 2} y={middle + i * 15 + 4} text-anchor="middle">
          {line}
        </text>
      ))}
    </g>
  );
}

const HEAD = 9;

function LaneLine({
  model,
  lane,
  left,
  right,
}: {
  model: Model;
  lane: Lane;
  left: number;
  right: number;
}): JSX.Element {
  const { edge, isOutward, y } = lane;
  const line = y + 5;
  const [from, to] = isOutward ? [left, right] : [right, left];
  const back = isOutward ? -HEAD : HEAD;
  return (
    <a href={formatHash(model, edge.witness)} aria-label={edgeWords(edge)} class="lane-link">
      <title>{edgeWords(edge)}</title>
      <rect class="hit" x={left} y={y - 17} width={right - left} height="34" />
      <line
        class={`lane lane-${edge.verdict}`}
        x1={from}
        x2={to + back}
        y1={line}
        y2={line}
        stroke-width={thickness(edge.count).toFixed(1)}
      />
      <path
        class={`head head-${edge.verdict}`}
        d={`M${to} ${line} l${back} -6 v12 z`}
        stroke-width="0"
      />
      <text x={(left + right) / 2} y={y - 4} text-anchor="middle" aria-hidden="true">
        {edge.op} <tspan class="times">{number(edge.count)}</tspan>
      </text>
    </a>
  );
}

/** The same without a picture. */
function EdgeList({ model, edges }: { model: Model; edges: readonly MachineEdge[] }): JSX.Element {
  return (
    <details class="rest">
      <summary>The same as a list: {count(edges.length, 'step')}</summary>
      <ul>
        {edges.map((edge) => (
          <li key={`${edge.from.key} ${edge.to.key} ${edge.op}`}>
            <Verdict verdict={edge.verdict} />{' '}
            <a href={formatHash(model, edge.witness)}>
              <code>{edge.op}</code>
            </a>
            , {count(edge.count, 'page')}: {stateWords(edge.from)} {'\u2192'} {stateWords(edge.to)}
          </li>
        ))}
      </ul>
    </details>
  );
}

function stateWords({ host, hyp, sharedWith }: MachineState): string {
  return `host ${host}, hyp ${hyp}, shared with ${sharedWith}`;
}

function edgeWords({ op, count: pages, verdict, from, to }: MachineEdge): string {
  return `${op}, ${count(pages, 'page')}, ${verdict}: from ${stateWords(from)}, to ${stateWords(to)}`;
}
