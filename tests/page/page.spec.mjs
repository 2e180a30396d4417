// The page around the report: privacy, keyboard, colours, narrow screens, failures.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { SLEEPY, dropFiles, open, tab, trySample, verdict } from './helpers.mjs';

const VIEWS = ['Overview', 'Findings', 'Rules', 'Policy', 'Files', 'Compare'];

test('no request is made after the page has loaded', async ({ page, context }) => {
  await open(page);
  const requests = [];
  context.on('request', (request) => {
    if (!request.url().startsWith('blob:')) requests.push(request.url());
  });
  await context.setOffline(true);
  await trySample(page);
  for (const view of VIEWS) await tab(page, view).click();
  await page.getByLabel('Judged by').selectOption('docker-ci');
  await expect(verdict(page)).toBeVisible();
  await page.getByRole('button', { name: 'New check' }).click();
  await dropFiles(page, [{ name: 'ci.yml', buffer: Buffer.from(SLEEPY) }]);
  await expect(verdict(page)).toBeVisible();
  expect(requests).toEqual([]);
});

test('the policy that lets the page reach nobody is in force', async ({ page }) => {
  await open(page);
  const refused = await page.evaluate(async () => {
    const violation = new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
    });
    await fetch('https://example.org/').catch(() => {});
    return violation;
  });
  expect(refused).toBe('connect-src');
});

test('a check can be made and read with the keyboard alone', async ({ page }) => {
  await open(page);
  const sample = page.getByRole('button', { name: 'Try the sample' });
  for (let n = 0; n < 20 && !(await sample.evaluate((e) => e === document.activeElement)); n += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(sample).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(verdict(page)).toBeFocused();

  await page.keyboard.press('2');
  const cards = page.getByRole('article');
  await page.keyboard.press('j');
  await expect(cards.nth(0)).toBeFocused();
  await page.keyboard.press('j');
  await expect(cards.nth(1)).toBeFocused();
  await expect(cards.nth(1)).toBeInViewport();
  await page.keyboard.press('k');
  await expect(cards.nth(0)).toBeFocused();

  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('rule:sleep-as-wait');
  await expect(page.getByText(/^Showing \d+ of /)).toBeVisible();
  await expect(cards.first()).toContainText('sleep');
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await expect(page.getByText(/^Showing all /)).toBeVisible();

  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
});

test('single keys can be turned off, and stay off', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Keys' }).click();
  await page.getByLabel('Single keys are on').uncheck();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.reload();
  await open(page);
  await trySample(page);
  await page.keyboard.press('2');
  await expect(tab(page, 'Overview')).toHaveAttribute('aria-current', 'page');
});

test('keys are off while typing', async ({ page }) => {
  await open(page, '#v=findings');
  await trySample(page);
  await page.getByRole('searchbox').fill('');
  await page.keyboard.type('jk?2');
  await expect(page.getByRole('searchbox')).toHaveValue('jk?2');
  await expect(tab(page, 'Findings')).toHaveAttribute('aria-current', 'page');
});

test('the chosen colours outlive a reload, and the system’s are the default', async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page);
  const dark = await ground();
  await page.getByRole('button', { name: 'Light' }).click();
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.reload();
  await open(page);
  expect(await ground()).toBe(light);
  await page.getByRole('button', { name: 'System' }).click();
  expect(await ground()).toBe(dark);
});

test('the view and its filters are in the address', async ({ page }) => {
  await open(page, '#v=findings&level=error');
  await trySample(page);
  await expect(page.getByRole('button', { name: /^error/, pressed: true })).toBeVisible();
  for (const card of await page.getByRole('article').all()) await expect(card.locator('.badge').first()).toHaveText('error');
  await tab(page, 'Rules').click();
  await page.getByRole('button', { name: /^failed/ }).click();
  await expect(page).toHaveURL(/#v=rules&outcome=failed$/);
  await page.goBack();
  await expect(tab(page, 'Findings')).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('button', { name: /^error/, pressed: true })).toBeVisible();
});

test('a filter that hides everything says so and offers the way back', async ({ page }) => {
  await open(page, '#v=findings');
  await trySample(page);
  await page.getByRole('searchbox').fill('no-such-word-anywhere');
  await expect(page.getByText('No finding fits these filters.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await expect(page.getByRole('article').first()).toBeVisible();
});

test('the report can be downloaded', async ({ page }) => {
  await open(page);
  await trySample(page);
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download report.json' }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe('report.json');
  const report = JSON.parse(await readFile(await download.path(), 'utf8'));
  expect(report.schema).toBe('tollgate-report/1');
  expect(report.verdict).toBe('fail');
});

test('a fix can be copied', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '#v=findings');
  await trySample(page);
  const snippet = page.locator('.snippet').first();
  await snippet.getByRole('button', { name: /^Copy/ }).click();
  await expect(snippet.getByRole('button', { name: /^Copied/ })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await snippet.locator('code').textContent());
});

test('a page that is refused all storage works', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('refused', 'SecurityError'); } });
  });
  await open(page);
  await page.getByRole('button', { name: 'Dark' }).click();
  await trySample(page);
});

/** Makes the worker misbehave for files of one name, as a bug in the engine would. */
async function sabotage(page, name, deed) {
  await page.route('**/worker.js', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(
      'await carry_out(',
      `if (order.files?.some(([path]) => path.endsWith('${name}'))) { ${deed} }\n    await carry_out(`,
    );
    await route.fulfill({ response: answer, body });
  });
}

const CRASHES = {
  'at once': "throw new WebAssembly.RuntimeError('unreachable')",
  later: "setTimeout(() => { throw new WebAssembly.RuntimeError('unreachable'); }); await new Promise(() => {})",
  'with a panic': "postMessage({ id, failure: 'panicked at unreachable', file: 'crash.yml' }); await new Promise(() => {})",
};
for (const [when, deed] of Object.entries(CRASHES)) {
  test(`a crash of the checker ${when} is told, and the next check works`, async ({ page }) => {
    await sabotage(page, 'crash.yml', deed);
    await open(page);
    await dropFiles(page, [{ name: 'crash.yml', buffer: Buffer.from(SLEEPY) }]);
    await expect(page.getByRole('heading', { level: 1, name: 'The checker broke' })).toBeFocused();
    await expect(page.getByRole('alert')).toContainText('unreachable');
    await page.getByRole('button', { name: 'Start over' }).click();
    await trySample(page);
  });
}

test('a long check shows its progress and can be cancelled', async ({ page }) => {
  await sabotage(page, 'slow.yml', "postMessage({ id, done: 2, all: 7, name: 'slow.yml' }); await new Promise(() => {})");
  await open(page);
  await dropFiles(page, [{ name: 'slow.yml', buffer: Buffer.from(SLEEPY) }]);
  const progress = page.getByRole('region', { name: 'Progress' });
  await expect(progress).toContainText('Reading 3 of 7 files');
  await expect(progress).toContainText('slow.yml');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(progress).toBeHidden();
  await trySample(page);
});

test('a missing wasm is answered with what to do', async ({ page }) => {
  await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  await expect(page.locator('#boot')).toContainText('could not be loaded');
  await expect(page.locator('#boot')).toContainText('Reload');
});

for (const colorScheme of ['light', 'dark']) {
  test(`no view breaks an accessibility rule, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    const check = async (view) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map((v) => `${view}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
      expect.soft(found).toEqual([]);
    };
    await check('Landing');
    await trySample(page);
    for (const view of VIEWS) {
      await tab(page, view).click();
      await expect(tab(page, view)).toHaveAttribute('aria-current', 'page');
      await check(view);
    }
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await check('Keys');
  });
}

test('nothing is wider than a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await wider()).toBeLessThanOrEqual(0);
  await trySample(page);
  for (const view of VIEWS) {
    await tab(page, view).click();
    await expect(tab(page, view)).toHaveAttribute('aria-current', 'page');
    expect(await wider(), view).toBeLessThanOrEqual(0);
  }
});

test('the page has no errors in the console', async ({ page }) => {
  const errors = [];
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', (error) => errors.push(error.message));
  await open(page);
  await trySample(page);
  for (const view of VIEWS) await tab(page, view).click();
  expect(errors).toEqual([]);
});
