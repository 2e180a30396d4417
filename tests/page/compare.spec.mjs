// A report beside another one.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { SLEEPY, dropFiles, open, tab, verdict } from './helpers.mjs';

const file = (name, text) => ({ name, mimeType: '', buffer: Buffer.from(text) });
const junit = (cases) =>
  `<testsuites>${cases.map(([suite, name, time, fails]) => `<testsuite name="${suite}"><testcase classname="${suite}" name="${name}" time="${time}">${fails ? '<failure message="no"/>' : ''}</testcase></testsuite>`).join('')}</testsuites>`;
const lcov = (files) =>
  Object.entries(files).map(([path, hits]) => `SF:${path}\n${hits.map((hit, at) => `DA:${at + 1},${hit}\n`).join('')}end_of_record\n`).join('');

const BEFORE = [
  file('ci.yml', SLEEPY),
  file('junit.xml', junit([['api', 'a', '1'], ['old', 'x', '0.1'], ['web', 'w', '0.1']])),
  file('lcov.info', lcov({ 'a.py': [1, 1, 1, 1], 'b.py': [1, 0] })),
];
const AFTER = [
  file('ci.yml', SLEEPY.replace('sleep 30', 'true').replace('docker compose run', 'docker run alpine:latest true\n          docker compose run')),
  file('junit.xml', junit([['api', 'a', '3', true], ['web', 'w', '0.1']])),
  file('lcov.info', lcov({ 'a.py': [1, 1, 0, 0], 'b.py': [1, 0] })),
];

/** The report of some files, by the page itself. */
async function reportOf(page, files) {
  await open(page);
  await dropFiles(page, files);
  await expect(verdict(page)).toBeVisible();
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download report.json' }).click();
  return readFile(await (await started).path(), 'utf8');
}

async function expectTheDifference(page) {
  await expect(tab(page, 'Compare')).toHaveAttribute('aria-current', 'page');
  const part = (name) => page.getByRole('region', { name, exact: true });
  await expect(part('Findings')).toContainText('sleep 30');
  await expect(part('Findings')).toContainText(/finding is gone|findings are gone|is gone/);
  await expect(part('Tests')).toContainText('1 test fails now');
  await expect(part('Tests').getByRole('row').filter({ hasText: 'old' })).toContainText('gone');
  await expect(part('Tests').getByRole('row').filter({ hasText: 'api › a' })).toContainText('slower');
  const covered = part('Coverage').getByRole('row').filter({ hasText: 'a.py' });
  await expect(covered).toContainText('100.0');
  await expect(covered).toContainText('lower');
  await expect(part('Coverage').getByRole('row').filter({ hasText: 'b.py' })).toHaveCount(0);
}

test('an earlier report is compared with', async ({ page }) => {
  const before = await reportOf(page, BEFORE);
  await reportOf(page, AFTER);
  await tab(page, 'Compare').click();
  await page.locator('#compare-files').setInputFiles([file('before.json', before)]);
  await expectTheDifference(page);
  await expect(page.getByText('Before: before.json')).toBeVisible();
  await tab(page, 'Findings').click();
  await expect(page.getByRole('button', { name: /^known/ })).toBeVisible();
  await tab(page, 'Compare').click();
  await page.getByRole('button', { name: 'Stop comparing' }).click();
  await expect(page.getByRole('region', { name: 'Tests', exact: true })).toBeHidden();
  await tab(page, 'Findings').click();
  await expect(page.getByRole('button', { name: /^known/ })).toBeHidden();
});

test('the files of an earlier run are compared with', async ({ page }) => {
  await reportOf(page, AFTER);
  await tab(page, 'Compare').click();
  await page.locator('#compare-files').setInputFiles(BEFORE);
  await expectTheDifference(page);
  await expect(page.getByText('Before: 3 other files')).toBeVisible();
});

test('two reports without their files are compared', async ({ page }) => {
  const [before, after] = [await reportOf(page, BEFORE), await reportOf(page, AFTER)];
  await open(page);
  await dropFiles(page, [file('after.json', after)]);
  await expect(verdict(page)).toBeVisible();
  await dropFiles(page, [file('before.json', before)]);
  await page.getByRole('dialog').getByRole('button', { name: 'Compare with it' }).click();
  await expectTheDifference(page);
});

test('a changed policy is still compared', async ({ page }) => {
  const before = await reportOf(page, BEFORE);
  await reportOf(page, AFTER);
  await tab(page, 'Compare').click();
  await page.locator('#compare-files').setInputFiles([file('before.json', before)]);
  await expectTheDifference(page);
  await tab(page, 'Policy').click();
  await page.getByLabel('Text of the policy').fill('version: 1\nrules: { unpinned-image: error }\n');
  await expect(page.locator('#policy-problems')).toContainText('Valid');
  await tab(page, 'Compare').click();
  await expect(page.getByText('judged by different policies, recommended and recommended (edited)')).toBeVisible();
});

test('what cannot be compared with is told, and the report stays', async ({ page }) => {
  await reportOf(page, AFTER);
  await tab(page, 'Compare').click();
  await page.locator('#compare-files').setInputFiles([file('x.json', '{"schema": "tollgate-report/9"}')]);
  await expect(page.getByRole('alert')).toContainText('x.json has the schema tollgate-report/9');
  await expect(verdict(page)).toBeVisible();
});

for (const colorScheme of ['light', 'dark']) {
  test(`a comparison breaks no accessibility rule, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await reportOf(page, AFTER);
    await tab(page, 'Compare').click();
    await page.locator('#compare-files').setInputFiles(BEFORE);
    await expectTheDifference(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
  });
}
