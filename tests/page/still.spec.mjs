// The report as a file of its own, as the command line writes it: opened from the disk, with and without scripts.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

let folder;
let address;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-still-'));
  const file = join(folder, 'report.html');
  const binary = process.env.TOLLGATE_BINARY ?? '../../target/debug/tollgate';
  const run = promisify(execFile)(binary, ['check', '../../samples/shop', '--quiet', '--output', file]);
  expect((await run.catch((failure) => failure)).code).toBe(1);
  address = pathToFileURL(file).href;
});

test.afterAll(() => rm(folder, { recursive: true }));

async function open(page, fragment = '') {
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => said.push(request.url()));
  await page.goto(address + fragment);
  return said;
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0].html])).toEqual([]);
  });
}

test('it asks for nothing and its policy refuses nothing', async ({ page }) => {
  const said = await open(page);
  await page.getByLabel('Filter the findings').fill('pytest');
  expect(said).toEqual([address]);
});

test('the filter narrows findings down', async ({ page }) => {
  await open(page);
  const all = await page.locator('.finding').count();
  const filter = page.getByLabel('Filter the findings');
  await filter.fill('level:warning -rule:no-such-rule');
  await expect(page.locator('.finding.bad:visible')).toHaveCount(0);
  const left = await page.locator('.finding:visible').count();
  expect(left).toBeGreaterThan(0);
  await expect(page.locator('#still-shown')).toHaveText(`${left} of the ${all} findings in this file`);
  await filter.fill('');
  await expect(page.locator('.finding:visible')).toHaveCount(all);
});

test('a figure leads to its findings, and a link to a hidden finding shows it', async ({ page }) => {
  await open(page);
  await page.locator('a.figure', { hasText: 'Warnings' }).click();
  await expect(page.locator('.finding.bad:visible')).toHaveCount(0);
  const first = page.locator('.first a').first();
  await first.click();
  await expect(page.locator(await first.getAttribute('href'))).toBeInViewport();
});

test('titles only', async ({ page }) => {
  await open(page);
  const button = page.getByRole('button', { name: 'Titles only' });
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.finding .reasons:visible')).toHaveCount(0);
  await button.click();
  await expect(page.locator('.finding .reasons:visible').first()).toBeVisible();
});

test('a part that is closed opens for a link into it', async ({ page }) => {
  await open(page);
  await page.locator('#findings > summary').click();
  await expect(page.locator('.finding:visible')).toHaveCount(0);
  await page.locator('.tabs a', { hasText: 'Findings' }).click();
  await expect(page.locator('.finding:visible').first()).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('everything is there and nothing that needs them', async ({ page }) => {
    await open(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('The policy does not hold');
    await expect(page.locator('.finding').first()).toBeVisible();
    await expect(page.locator('button:visible, input:visible, select:visible')).toHaveCount(0);
    for (const part of await page.locator('.tabs a').all()) {
      await expect(page.locator(await part.getAttribute('href'))).toBeVisible();
    }
  });
});

test('no page of it is wider than a phone', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});
