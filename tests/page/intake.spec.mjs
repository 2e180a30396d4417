// Every way to give files to the page ends in a verdict.

import { expect, test } from '@playwright/test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SLEEPY, dropFiles, dropFolder, open, tab, trySample, verdict, zip } from './helpers.mjs';

const WORKFLOW = '.github/workflows/ci.yml';

async function expectSleepFound(page, path) {
  await expect(verdict(page)).toHaveText('The policy does not hold');
  await tab(page, 'Findings').click();
  const card = page.getByRole('article').filter({ has: page.getByRole('link', { name: 'sleep-as-wait' }) });
  await expect(card.first()).toContainText(/sleep \d+/);
  if (path) await expect(card.first().locator('.place')).toContainText(path);
}

test('the sample is judged', async ({ page }) => {
  await open(page);
  await trySample(page);
  await expectSleepFound(page);
});

test('a dropped folder is judged, its own name left out of the paths', async ({ page }) => {
  await open(page);
  await dropFolder(page, 'shop', { [WORKFLOW]: SLEEPY, 'docs/deep/er/notes.txt': 'x' });
  await expectSleepFound(page, `${WORKFLOW}:13`);
  await tab(page, 'Files').click();
  await expect(page.getByRole('rowheader', { name: 'docs/deep/er/notes.txt' })).toBeVisible();
});

test('a folder of more than a hundred files is listed whole', async ({ page }) => {
  await open(page);
  const files = { [WORKFLOW]: SLEEPY };
  for (let n = 0; n < 250; n += 1) files[`notes/${n}.txt`] = 'x';
  await dropFolder(page, 'shop', files);
  await tab(page, 'Files').click();
  await expect(page.getByText('Showing all 251 files')).toBeVisible();
});

test('folders of other people’s files are named but not walked', async ({ page }) => {
  await open(page);
  await dropFolder(page, 'shop', { [WORKFLOW]: SLEEPY, 'web/node_modules/a/ci.yml': 'x', '.git/config': 'x' });
  await tab(page, 'Files').click();
  await expect(page.getByText('Not walked: .git, web/node_modules.')).toBeVisible();
  await expect(page.getByText('Showing all 1 file')).toBeVisible();
});

test('a folder chosen with the picker is judged', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-'));
  try {
    await mkdir(dirname(join(folder, WORKFLOW)), { recursive: true });
    await writeFile(join(folder, WORKFLOW), SLEEPY);
    await open(page);
    await page.locator('#pick-folder').setInputFiles(folder);
    await expectSleepFound(page, WORKFLOW);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a dropped zip is opened', async ({ page }) => {
  await open(page);
  await dropFiles(page, [{ name: 'artifact.zip', buffer: zip({ [WORKFLOW]: SLEEPY }) }]);
  await expectSleepFound(page, WORKFLOW);
});

test('a pasted workflow is judged', async ({ page }) => {
  await open(page);
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData }));
  }, SLEEPY);
  await expectSleepFound(page, '.github/workflows/pasted.yml:13');
});

test('a workflow can be pasted without a keyboard shortcut', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Paste text' }).click();
  await page.getByLabel('A workflow, Compose file').fill(SLEEPY);
  await page.getByRole('button', { name: 'Check this text' }).click();
  await expectSleepFound(page);
});

/** Holds back what is asked for until the function that this returns is called. */
async function holdBack(page, pattern) {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route(pattern, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

test('a folder dropped before the wasm arrived is judged afterwards', async ({ page }) => {
  const release = await holdBack(page, '**/*.wasm');
  await page.goto('./');
  await expect(page.locator('#boot')).toContainText('Loading');
  await dropFolder(page, 'shop', { [WORKFLOW]: SLEEPY });
  await expect(page.locator('#boot')).toContainText('waiting');
  release();
  await expectSleepFound(page, WORKFLOW);
});

test('a folder dropped while the checker is on its way is judged afterwards', async ({ page }) => {
  const release = await holdBack(page, '**/checker_bg.wasm');
  await page.goto('./');
  await expect(page.locator('#version')).toContainText('Tollgate');
  await dropFolder(page, 'shop', { [WORKFLOW]: SLEEPY });
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
  release();
  await expectSleepFound(page, WORKFLOW);
});

test('files dropped while the checker cannot be had are answered with the reason', async ({ page }) => {
  await page.route('**/checker_bg.wasm', (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  await expect(page.locator('#boot')).toContainText('404');
  await dropFolder(page, 'shop', { [WORKFLOW]: SLEEPY });
  await expect(page.locator('#app')).toContainText('The checker could not be loaded');
});

test('a view that is still on its way is shown when it is there', async ({ page }) => {
  const release = await holdBack(page, '**/views_bg.wasm');
  await page.goto('./#v=policy');
  await expect(page.locator('#version')).toContainText('Tollgate');
  await trySample(page);
  await tab(page, 'Policy').click();
  await expect(page.locator('#app')).toContainText('still on its way');
  release();
  await expect(page.locator('#views').getByRole('heading', { level: 2 }).first()).toBeVisible();
  await expect(page.locator('#app')).not.toContainText('still on its way');
  await tab(page, 'Findings').click();
  await expect(page.locator('#views')).toBeEmpty();
});

test('views that cannot be had are answered with the reason, and the others work', async ({ page }) => {
  await page.route('**/views_bg.wasm', (route) => route.fulfill({ status: 404 }));
  await open(page);
  await trySample(page);
  await tab(page, 'Coverage').click();
  await expect(page.getByRole('alert')).toContainText('could not be loaded: the server answered 404');
  await tab(page, 'Findings').click();
  await expect(page.getByRole('searchbox')).toBeVisible();
});

test('a file that cannot be read is on the receipt with the reason', async ({ page }) => {
  await open(page);
  await page.locator('#pick-files').setInputFiles([
    { name: 'junit.xml', mimeType: 'text/xml', buffer: Buffer.from('<testsuite name="a"><testcase') },
    { name: 'photo.bin', mimeType: '', buffer: Buffer.from([0, 159, 146, 150, 0]) },
  ]);
  await tab(page, 'Files').click();
  for (const [name, status] of [['junit.xml', /unreadable|partly read/], ['photo.bin', /ignored/]]) {
    const row = page.getByRole('row').filter({ hasText: name });
    await expect(row).toContainText(status);
    await expect(row.locator('.file-note')).not.toBeEmpty();
  }
});

test('a second drop replaces the first', async ({ page }) => {
  await open(page);
  await trySample(page);
  await tab(page, 'Files').click();
  await dropFiles(page, [{ name: 'ci.yml', buffer: Buffer.from(SLEEPY) }]);
  await expect(tab(page, 'Overview')).toHaveAttribute('aria-current', 'page');
  await tab(page, 'Files').click();
  await expect(page.getByText('Showing all 1 file')).toBeVisible();
});

test('names of files are text, whatever they contain', async ({ page }) => {
  await open(page);
  const name = '<img src=x onerror="document.title=1">.yml';
  await dropFiles(page, [{ name, buffer: Buffer.from(SLEEPY) }]);
  await tab(page, 'Files').click();
  await expect(page.getByRole('rowheader', { name })).toBeVisible();
  await expect(page.locator('main img')).toHaveCount(0);
});

test('an empty folder is answered with what to do', async ({ page }) => {
  await open(page);
  await dropFolder(page, 'empty', {});
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is nothing to check');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.getByRole('button', { name: 'Start over' }).click();
  await expect(page.getByRole('heading', { name: 'Drop a folder' })).toBeVisible();
});
