// The policy is read, changed and judged while it is changed.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { SLEEPY, dropFiles, dropFolder, open, tab, trySample, verdict } from './helpers.mjs';

const text = (page) => page.getByLabel('Text of the policy');
const changes = (page) => page.getByRole('region', { name: 'What changes' });
const LCOV = Buffer.from('SF:a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nend_of_record\n');

async function policyOf(page, ...files) {
  await open(page);
  await dropFiles(page, files);
  await expect(verdict(page)).toBeVisible();
  await tab(page, 'Policy').click();
  await expect(text(page)).toBeVisible();
}

test('the policy of the files is shown with the line of each value', async ({ page }) => {
  await open(page);
  await trySample(page);
  await tab(page, 'Policy').click();
  await expect(text(page)).toHaveValue(/^# What this shop promises/);
  const row = page.getByRole('row').filter({ has: page.getByText('coverage-below-threshold', { exact: true }) });
  await expect(row.getByText('line: 80')).toBeVisible();
  await expect(row.getByText('tollgate.yml:6').first()).toBeVisible();
  await expect(row.getByText('failed')).toBeVisible();
});

test('a moved number is judged at once, and what changes is told', async ({ page }) => {
  await policyOf(page, { name: 'lcov.info', buffer: LCOV });
  await expect(page.locator('#verdict')).toHaveText('The policy does not hold');
  const slider = page.getByRole('slider', { name: 'coverage-below-threshold line' });
  await expect(slider).toHaveValue('80');
  await slider.focus();
  for (let n = 0; n < 5; n += 1) await page.keyboard.press('ArrowLeft');
  await expect(page.locator('#verdict')).toHaveText('The policy holds');
  await expect(slider).toBeFocused();
  await expect(changes(page)).toContainText('The policy does not hold → The policy holds');
  await expect(changes(page)).toContainText('1 finding goes away');
  await expect(changes(page)).toContainText(/coverage-below-threshold\s*failed\s*→\s*passed/);
  await expect(text(page)).toHaveValue(/coverage-below-threshold: \{ level: error, line: 75 \}/);
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('#verdict')).toHaveText('The policy does not hold');
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(slider).toHaveValue('80');
  await expect(page.getByRole('button', { name: 'Reset' })).toBeHidden();
});

test('a time is moved in seconds and written with its unit', async ({ page }) => {
  await open(page);
  await trySample(page);
  await tab(page, 'Policy').click();
  const field = page.getByRole('spinbutton', { name: 'run-over-budget max_seconds', exact: true });
  await expect(field).toHaveValue('300');
  await field.fill('240');
  await expect(text(page)).toHaveValue(/run-over-budget: \{ max_seconds: 4m \}/);
  await expect(changes(page)).toContainText('finding appears');
});

test('a level is changed in the table', async ({ page }) => {
  await policyOf(page, { name: 'lcov.info', buffer: LCOV });
  await page.getByLabel('Level of coverage-below-threshold').selectOption('warning');
  await expect(page.locator('#verdict')).toHaveText('The policy holds');
  await expect(changes(page)).toContainText('1 finding has another level');
  await page.getByLabel('Level of coverage-below-threshold').selectOption('off');
  await expect(changes(page)).toContainText('not judged');
});

test('what is wrong in the text is told with its place, and the last report stays', async ({ page }) => {
  await policyOf(page, { name: 'ci.yml', buffer: Buffer.from(SLEEPY) });
  const before = await page.locator('#verdict').textContent();
  await text(page).fill('version: 1\nextends: [docker-cii]\nrules:\n  sleep-as-wiat: error\n');
  const problems = page.locator('#policy-problems');
  await expect(problems).toContainText('line 4, column 3');
  await expect(problems).toContainText('did you mean sleep-as-wait?');
  await expect(text(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('#verdict')).toHaveText(before);
  await text(page).fill('version: 1\nextends: [docker-cii]\n');
  await expect(problems).toContainText('did you mean the pack docker-ci?');
  await text(page).fill('version: 1\nrules:\n  sleep-as-wait: warning\n');
  await expect(problems).toContainText('Valid, and judged.');
  await expect(page.locator('#verdict')).toHaveText('The policy holds');
});

test('typing is not disturbed by what it does', async ({ page }) => {
  await policyOf(page, { name: 'ci.yml', buffer: Buffer.from(SLEEPY) });
  await text(page).fill('version: 1\nrules:\n');
  await text(page).press('Control+End');
  await page.keyboard.type('  sleep-as-wait: ', { delay: 60 });
  await page.keyboard.type('error # ja', { delay: 60 });
  await expect(page.locator('#policy-problems')).toContainText('Valid');
  await expect(text(page)).toHaveValue('version: 1\nrules:\n  sleep-as-wait: error # ja');
  await expect(text(page)).toBeFocused();
});

test('changes outlive a look at another tab, and say in the report that they are changes', async ({ page }) => {
  await policyOf(page, { name: 'lcov.info', buffer: LCOV });
  await text(page).fill('version: 1\nrules: { coverage-below-threshold: { level: error, line: 70 } }\n');
  await expect(page.locator('#verdict')).toHaveText('The policy holds');
  await tab(page, 'Overview').click();
  await expect(page.locator('#verdict')).toHaveText('The policy holds');
  await tab(page, 'Policy').click();
  await expect(text(page)).toHaveValue(/line: 70/);
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download report.json' }).click();
  const report = JSON.parse(await readFile(await (await started).path(), 'utf8'));
  expect(report.policy.name).toBe('recommended (edited)');
});

test('a pack can be extended instead of copied, and the policy be kept', async ({ page }) => {
  await policyOf(page, { name: 'lcov.info', buffer: LCOV });
  await page.getByRole('button', { name: 'Extend the pack instead' }).click();
  await expect(page.locator('#policy-problems')).toContainText('Valid');
  await expect(changes(page)).toContainText('Nothing else');
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download tollgate.yml' }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe('tollgate.yml');
  expect(await readFile(await download.path(), 'utf8')).toContain('extends: [recommended]');
});

test('a policy may go on extending files that were dropped with it', async ({ page }) => {
  await open(page);
  await dropFolder(page, 'shop', {
    'tollgate.yml': 'version: 1\nextends: [./rules/base.yml]\n',
    'rules/base.yml': 'version: 1\nrules: { sleep-as-wait: error }\n',
    '.github/workflows/ci.yml': SLEEPY,
  });
  await expect(page.locator('#verdict')).toHaveText('The policy does not hold');
  await tab(page, 'Policy').click();
  await text(page).fill('version: 1\nextends: [./rules/base.yml]\nrules: { sleep-as-wait: off }\n');
  await expect(changes(page)).toContainText('1 finding goes away');
});

test('each rule explains itself', async ({ page }) => {
  await policyOf(page, { name: 'ci.yml', buffer: Buffer.from(SLEEPY) });
  const row = page.getByRole('row').filter({ has: page.getByText('sleep-as-wait', { exact: true }) });
  await row.getByRole('button', { name: 'explain' }).click();
  for (const title of ['What it checks', 'Why it matters', 'Example', 'Instead', 'Options', 'When to waive']) {
    await expect(row.getByRole('heading', { name: title })).toBeVisible();
  }
  await row.getByRole('button', { name: 'close' }).click();
  await expect(row.getByRole('heading')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark']) {
  test(`the policy breaks no accessibility rule, also with mistakes, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await policyOf(page, { name: 'ci.yml', buffer: Buffer.from(SLEEPY) });
    await page.getByRole('button', { name: 'explain sleep-as-wait' }).click();
    await page.getByLabel('Level of sleep-as-wait').selectOption('warning');
    await expect(changes(page)).toContainText('→');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    await text(page).fill('version: 2\n');
    await expect(page.locator('#policy-problems')).toContainText('line 1');
    const wrong = await new AxeBuilder({ page }).analyze();
    expect(wrong.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
  });
}
