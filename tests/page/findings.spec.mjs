// The list of findings: facets, the language of the filter, patches, waivers, long lists; and the palette.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { dropFiles, dropFolder, open, tab, trySample, verdict } from './helpers.mjs';

const cards = (page) => page.getByRole('article');
const search = (page) => page.getByRole('searchbox');
const facet = (page, name) => page.getByRole('group', { name, exact: true });
const shown = (page) => page.getByText(/^Showing /);

async function openFindings(page) {
  await open(page, '#v=findings');
  await trySample(page);
  await expect(cards(page).first()).toBeVisible();
}

test('facets count what their choices would show', async ({ page }) => {
  await openFindings(page);
  const choices = facet(page, 'Rule').first().getByRole('button');
  const [name, count] = (await choices.first().innerText()).split('\n');
  await choices.first().click();
  await expect(cards(page)).toHaveCount(Number(count));
  await expect(page).toHaveURL(new RegExp(`rule=${name}$`));
  await expect(page.getByRole('button', { name: `Only ${name}` })).toBeVisible();
  await facet(page, 'Rule').first().getByRole('button', { pressed: true }).click();
  await expect(shown(page)).toHaveText(/^Showing all/);

  const files = facet(page, 'File').first().getByRole('button', { name: /compose\.yml/ });
  const inFile = Number((await files.innerText()).split('\n')[1]);
  await files.click();
  await expect(cards(page)).toHaveCount(inFile);
  await expect(page).toHaveURL(/in=compose\.yml$/);
  for (const card of await cards(page).all()) await expect(card.locator('.place')).toContainText('compose.yml');
});

test('findings are grouped by file, rule, family and level', async ({ page }) => {
  await openFindings(page);
  const titles = page.locator('.group-title > span:first-child');
  for (const [group, pattern] of [['rule', /^[a-z]+(-[a-z]+)+$/], ['family', /^[a-z]+$/], ['level', /^(error|warning|info)$/], ['file', /[./]/]]) {
    await facet(page, 'Group by').getByRole('button', { name: group }).click();
    await expect(titles.first()).toHaveText(pattern);
    for (const title of await titles.allTextContents()) expect(title).toMatch(pattern);
  }
});

test('the filter has a language, and says what it does not understand', async ({ page }) => {
  await openFindings(page);
  const all = await cards(page).count();
  for (const [query, fits] of [
    ['level:error', (card) => card.includes('error')],
    ['rule:sleep', (card) => card.includes('sleep-as-wait')],
    ['file:compose.yml -rule:unpinned', (card) => card.includes('compose.yml') && !card.includes('unpinned-image\n')],
    ['at:services', (card) => card.includes('services.')],
  ]) {
    await search(page).fill(query);
    await expect(shown(page)).toHaveText(/^Showing \d+ of /);
    const texts = await cards(page).allInnerTexts();
    expect(texts.length, query).toBeGreaterThan(0);
    expect(texts.length, query).toBeLessThan(all);
    for (const text of texts) expect(fits(text), `${query}: ${text}`).toBe(true);
  }
  await search(page).fill('levle:error');
  await expect(page.getByText('levle: is no filter here')).toBeVisible();
  await search(page).fill('level:fatal');
  await expect(page.getByText('No level is called fatal')).toBeVisible();
  await search(page).fill('"level:error"');
  await expect(page.getByText('is no filter here')).toHaveCount(0);
  await search(page).fill('level:error level:warning');
  expect(await cards(page).count()).toBe(all);
});

test('a mechanical fix can be copied as a patch', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFindings(page);
  const patch = page.locator('.patch', { hasText: 'timeout-minutes' }).first();
  await patch.getByRole('button', { name: /^Copy/ }).click();
  await expect(patch.getByRole('button', { name: /^Copied/ })).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toMatch(/^--- a\/\.github\/workflows\/ci-fast\.yml\n\+\+\+ b\/\.github\/workflows\/ci-fast\.yml\n@@ -\d+,\d+ \+\d+,\d+ @@\n/);
  expect(text).toMatch(/\n\+ +timeout-minutes: \d+\n/);
  expect(text.endsWith('\n')).toBe(true);
});

test('a waiver can be copied, and the policy takes it once it is filled in', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const compose = 'services:\n  web: { image: "example/web:1", depends_on: { db: { condition: service_started } } }\n  db: { image: "postgres:17" }\n';
  await open(page, '#v=findings&rule=service-without-healthcheck');
  await dropFolder(page, 'shop', { 'compose.yml': compose });
  await expect(cards(page)).toHaveCount(1);
  await cards(page).getByText('Waive it').click();
  await cards(page).locator('.waiver').getByRole('button', { name: /^Copy/ }).click();
  const entry = await page.evaluate(() => navigator.clipboard.readText());
  expect(entry).toContain('rule: service-without-healthcheck\n    where:\n      file: compose.yml\n      path: services.db\n');
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const filled = entry.replace('reason: ', 'reason: it is a stub').replace('owner: ', 'owner: somebody').replace('expires: ', `expires: ${day}`);
  const policy = `version: 1\nextends: [recommended]\n${filled}`;
  await page.getByRole('button', { name: 'New check' }).click();
  await dropFolder(page, 'shop', { 'compose.yml': compose, 'tollgate.yml': policy });
  await expect(verdict(page)).toBeVisible();
  await page.evaluate(() => { location.hash = '#v=findings&rule=service-without-healthcheck'; });
  await expect(cards(page)).toContainText('waived');
});

test('each finding names the line of the policy that asked for it', async ({ page }) => {
  await openFindings(page);
  await expect(cards(page).first().locator('.asked')).toContainText(/[\w./-]+:\d+, (error|warning|info) of the family [a-z]+/);
});

test('a long list keeps few rows in the page, and the keyboard goes through it', async ({ page }) => {
  // One finding a service and file: more than are shown as cards.
  const files = {};
  for (let n = 0; n < 400; n += 1) files[`part${n}/compose.yml`] = 'services:\n  db: { image: postgres }\n';
  await open(page, '#v=findings');
  await dropFolder(page, 'shop', files);
  await expect(verdict(page)).toBeVisible({ timeout: 40_000 });
  const list = page.getByRole('grid', { name: /^Findings/ });
  await expect(list).toBeVisible();
  expect(await list.locator('.row').count()).toBeLessThan(120);
  expect(Number(await list.getAttribute('aria-rowcount'))).toBeGreaterThan(400);
  await list.focus();
  await page.keyboard.press('End');
  await expect(list.locator('.row.active')).toContainText('part99/compose.yml');
  await page.keyboard.press('Enter');
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toBeFocused();
  await expect(cards(page)).toContainText('part99/compose.yml');
  await page.keyboard.press('k');
  await expect(cards(page)).not.toContainText('postgres:99');
  await search(page).fill('file:part7/');
  await expect(list).toHaveCount(0);
  await expect(cards(page).first()).toContainText('part7/compose.yml');
});

test('the palette goes anywhere by a few letters', async ({ page }) => {
  await open(page);
  await trySample(page);
  const palette = page.getByRole('dialog', { name: 'Go to' });
  const pick = async (letters) => {
    await page.keyboard.press('Control+k');
    await expect(palette.getByRole('combobox')).toBeFocused();
    await page.keyboard.type(letters);
  };
  await pick('pipel');
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expect(tab(page, 'Pipeline')).toHaveAttribute('aria-current', 'page');
  await pick('sleep-as');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/v=findings&rule=sleep-as-wait/);
  await pick('unit ci-fast job');
  await page.keyboard.press('Enter');
  await expect(page.locator('.job-detail').getByRole('heading', { name: 'unit' })).toBeVisible();
  await pick('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await pick('o');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(palette.getByRole('option').nth(2)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await expect(palette.getByRole('option').nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await pick('no such thing');
  await expect(palette.getByText('Nothing has these letters')).toBeVisible();
  await page.keyboard.press('Escape');
  const download = page.waitForEvent('download');
  await pick('download');
  await page.keyboard.press('Enter');
  expect((await download).suggestedFilename()).toBe('report.json');
});

test('the help tells the keys and the language of the filters', async ({ page }) => {
  await open(page);
  await trySample(page);
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  for (const text of ['go to any view', 'from job to job', 'level: family: status:', '-word']) await expect(help).toContainText(text);
});

test('the overview holds figures against their budgets', async ({ page }) => {
  await open(page);
  await trySample(page);
  const budgets = page.getByRole('region', { name: 'Figures against their budgets' });
  await expect(budgets.getByRole('row', { name: /^Time of a run/ })).toContainText('passed');
  await expect(budgets.getByRole('row', { name: /^Coverage/ }).first()).toContainText('failed');
  await page.getByRole('link', { name: /^Run time/ }).click();
  await expect(tab(page, 'Pipeline')).toHaveAttribute('aria-current', 'page');
});

for (const colorScheme of ['light', 'dark']) {
  test(`the list and the palette break no accessibility rule, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await openFindings(page);
    const check = async (what) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect.soft(violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    };
    for (const summary of await page.locator('.waiver > summary').all()) await summary.click();
    await search(page).fill('levle:error -x');
    await check('remark');
    await search(page).fill('');
    await check('list');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused();
    await check('palette');
  });
}

test('nothing is wider than a screen of 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await open(page);
  await dropFiles(page, [{ name: 'compose.yml', buffer: Buffer.from('services:\n  db: { image: postgres }\n') }]);
  await expect(verdict(page)).toBeVisible();
  for (const view of ['Overview', 'Findings']) {
    await tab(page, view).click();
    await expect(tab(page, view)).toHaveAttribute('aria-current', 'page');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), view).toBeLessThanOrEqual(0);
  }
});
