// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { documentOfWorlds } from '../explore/documents.js';
import { explore } from '../explore/helpers.js';
import { documentOf, exampleDocument, HOSTILE, hostileTrace } from '../page/documents.js';
import { useBrowser } from './browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const BUSY = 'unshare-hyp-busy-or-refused';

const browser = useBrowser();
const DOCUMENT = exampleDocument();
const REPORT = browser.report('example', DOCUMENT);

function text(page: Page, selector: string): Promise<string> {
  return page.locator(selector).first().innerText();
}

/** Violations of accessibility rules, each with where it is. */
async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate<AxeResults>(`${AXE}; axe.run()`);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
  );
}

describe('the page in a browser', () => {
  it('opens from disk without an error, a request or a message', async () => {
    const { page, complaints } = await browser.open(REPORT);
    expect(await text(page, '#verdict')).toContain('new');
    expect(await page.locator('.replays li').count()).toBe(DOCUMENT.evidence?.traces.length);
    expect(await page.locator('.matrix a').count()).toBeGreaterThan(0);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows verdict, tiles and map on the first screen', async () => {
    const { page } = await browser.open(REPORT);
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const place of ['#verdict', '.tile', '.map td.cell']) {
      const box = await page.locator(place).first().boundingBox();
      expect((box?.y ?? 800) + (box?.height ?? 0)).toBeLessThan(800);
    }
    await page.locator('.tile').first().click();
    await expect.poll(() => new URL(page.url()).hash).toBe('#traces');
    await expect.poll(() => page.locator('#traces').isVisible()).toBe(true);
    await page.close();
  });

  it('filters with the map what follows it, and shows everything again', async () => {
    const { page } = await browser.open(REPORT);
    const causes = page.locator('.cause');
    const all = await causes.count();
    await page.getByRole('button', { name: /^__pkvm_host_unshare_hyp,/ }).click();
    await expect.poll(() => causes.count()).toBeLessThan(all);
    expect(await causes.allInnerTexts()).not.toHaveLength(0);
    for (const one of await causes.allInnerTexts())
      expect(one).toContain('__pkvm_host_unshare_hyp');
    for (const one of await page.locator('.matrix tbody tr th:first-child').allInnerTexts()) {
      expect(one).toBe('__pkvm_host_unshare_hyp');
    }
    expect(await text(page, '.filter-note')).toContain('__pkvm_host_unshare_hyp');
    await page.getByRole('button', { name: 'show everything' }).click();
    await expect.poll(() => causes.count()).toBe(all);
    await page.close();
  });

  it('opens a cause in place with the keyboard, and leads to its trace', async () => {
    const { page } = await browser.open(REPORT);
    const cause = page.locator('.cause', { hasText: 'it returns -EBUSY' }).first();
    await cause.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => cause.locator('.strip').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await cause.locator('.strip a').last().click();
    await expect.poll(() => text(page, '#op-outcome')).toContain('legacy -EBUSY, direct -EPERM');
    await page.close();
  });

  it('draws the states of a page, and leads from a step to a trace', async () => {
    const { page } = await browser.open(REPORT);
    const step = page.locator('.machine.wide a[aria-label^="__pkvm_host_donate_hyp"]').first();
    await step.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => text(page, '#op-name')).toContain('__pkvm_host_donate_hyp');
    await page.close();
  });

  it('plays a trace to its end', async () => {
    const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=4`);
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 6');
    await expect.poll(() => text(page, '.scrubber button')).toBe('Play');
    await page.locator('.scrubber input').fill('1');
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 1');
    await page.close();
  });

  it('joins moved effects in the middle of their lines', async () => {
    const { page } = await browser.open(
      `${REPORT}#${new URLSearchParams({ trace: HOSTILE, op: '0' })}`,
    );
    const ends = await page.evaluate(() => {
      const middle = (box: DOMRect) => box.top + box.height / 2;
      const path = document.querySelector<SVGPathElement>('.joins path');
      const matrix = path?.getScreenCTM();
      const at = (length: number) =>
        path?.getPointAtLength(length).matrixTransform(matrix ?? undefined).y;
      const lines = [...document.querySelectorAll('.tree')].map((tree) =>
        [...tree.querySelectorAll('.line-moved')].map((line) => middle(line.getClientRects()[0])),
      );
      return { from: at(0), to: at(path?.getTotalLength() ?? 0), lines };
    });
    const near = (y: number) => (line: number) => Math.abs(line - y) < 4;
    expect(ends.lines[0].some(near(ends.from ?? 0))).toBe(true);
    expect(ends.lines[1].some(near(ends.to ?? 0))).toBe(true);
    await page.close();
  });

  it('opens a deep link at its operation', async () => {
    const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=6`);
    expect(await text(page, '#replay-name')).toBe(BUSY);
    expect(await text(page, '#op-outcome')).toContain('legacy -EBUSY, direct -EPERM');
    expect(await page.locator('.row-first').innerText()).toContain('only in legacy');
    await page.close();
  });

  it('follows links within, and goes back', async () => {
    const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=6`);
    await page.locator('.ops a').first().click();
    expect(await text(page, '#op-name')).toContain('Operation 0');
    await page.goBack();
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 6');
    await page.close();
  });

  it('selects with a click and with the arrow keys, and names that in its address', async () => {
    const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=6`);
    await page.locator('.grid tbody tr').first().locator('td').nth(2).click();
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 2');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 3');
    await page.keyboard.press('Home');
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 0');
    await page.keyboard.press('n');
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 6');
    await expect.poll(() => new URL(page.url()).hash).toBe(`#trace=${BUSY}&op=6`);
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    await expect.poll(focused).toContain('page 0x40100 after operation 6');
    await page.close();
  });

  it('loses no key that comes before the last one was drawn', async () => {
    const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=0`);
    await page.locator('.grid td[tabindex="0"]').evaluate((cell) => {
      for (let i = 0; i < 3; i++) {
        cell.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      }
    });
    await expect.poll(() => text(page, '#op-name')).toContain('Operation 3');
    expect(new URL(page.url()).hash).toBe(`#trace=${BUSY}&op=3`);
    await page.close();
  });

  it('reaches the picture and everything else with the Tab key alone', async () => {
    const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=6`);
    const reached = new Set<string>();
    for (let i = 0; i < 300 && !reached.has('TD'); i++) {
      await page.keyboard.press('Tab');
      reached.add((await page.evaluate(() => document.activeElement?.tagName)) ?? '');
    }
    for (const tag of ['BUTTON', 'INPUT', 'SELECT', 'A', 'TD']) expect(reached).toContain(tag);
    await page.close();
  });

  it('filters by operation and outcome, and opens what was asked for', async () => {
    const { page } = await browser.open(REPORT);
    await page.selectOption('select[name="operation"]', '__pkvm_host_unshare_hyp');
    await page.selectOption('select[name="outcome"]', '-EBUSY');
    const names = await page.locator('.replays li a').allInnerTexts();
    expect(names.length).toBeGreaterThan(0);
    expect(names.length).toBeLessThan(DOCUMENT.evidence?.traces.length ?? 0);
    await page.fill('input[name="text"]', BUSY);
    await page.locator('.replays li a').first().click();
    await expect.poll(() => text(page, '#op-outcome')).toContain('-EBUSY');
    await page.fill('input[name="text"]', 'nobody');
    await expect.poll(() => text(page, '#found')).toMatch(/^0 of/);
    await page.close();
  });

  it('shows a hostile name as the text it is', async () => {
    const { page, complaints } = await browser.open(
      `${REPORT}#${new URLSearchParams({ trace: HOSTILE })}`,
    );
    expect(await text(page, '#replay-name')).toBe(HOSTILE);
    expect(await text(page, '.description')).toContain('</script><script>alert(2)</script>');
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('refuses a script that is not its own', async () => {
    const { page, complaints } = await browser.open(REPORT);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'alert(3)';
      document.body.append(script);
    });
    expect(complaints.join('\n')).toMatch(/Content Security Policy/);
    expect(complaints.join('\n')).not.toContain('dialog');
    await page.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)(
    'breaks no accessibility rule and overflows nowhere: %s, %d',
    async (scheme, width) => {
      const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=6`, { scheme, width });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await page.close();
    },
  );

  it('changes its theme', async () => {
    const { page } = await browser.open(REPORT);
    const background = () =>
      page.evaluate(
        () => getComputedStyle(document.querySelector('.page') ?? document.body).backgroundColor,
      );
    const light = await background();
    await page.locator('button.theme').click();
    expect(await background()).toBe(light);
    await page.locator('button.theme').click();
    await expect.poll(background).not.toBe(light);
    await page.close();
  });

  it('prints without its controls and with nothing cut off', async () => {
    const { page } = await browser.open(`${REPORT}#trace=${BUSY}&op=6`);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.filters').isVisible()).toBe(false);
    expect(await page.locator('.tree').first().isVisible()).toBe(true);
    expect(await page.locator('.scrubber').isVisible()).toBe(false);
    expect(
      await page.locator('.ops').evaluate((list) => list.scrollHeight <= list.clientHeight + 1),
    ).toBe(true);
    await page.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 400],
  ] as const)('shows certificates and their traces: %s, %d', async (scheme, width) => {
    const worlds = [
      await explore({ world: { pages: 1 }, invariants: true }),
      await explore({ world: { pages: 1, debug: true } }),
    ];
    const report = browser.report('explored', documentOfWorlds(worlds));
    const { page, complaints } = await browser.open(report, { scheme, width });
    expect(await page.locator('.certificate').count()).toBe(2);
    await page.locator('.certificate summary').first().click();
    expect(await page.locator('.outcomes').first().innerText()).toContain('-EBUSY | -EPERM');
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.locator('.divergence a').click();
    await expect.poll(() => text(page, '#op-outcome')).toContain('legacy -EBUSY, direct -EPERM');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('opens a report of 1,000 traces', async () => {
    const trace = hostileTrace();
    const traces = Array.from({ length: 1000 }, (_, i) => ({
      ...trace,
      name: `trace ${i}`,
      line: i + 1,
    }));
    const { page, complaints } = await browser.open(
      `${browser.report('thousand', documentOf(traces))}#trace=trace+999&op=6`,
    );
    expect(await text(page, '#replay-name')).toBe('trace 999');
    expect(await text(page, '#found')).toContain('1000 of 1000 replays');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
