// The view of the coverage: shares and limits, folders, files, the map, and the lines of a file.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { dropFiles, dropFolder, open, tab, trySample, verdict, zip } from './helpers.mjs';

const part = (page, name) => page.getByRole('navigation', { name: 'Lists of covered files' }).getByRole('link', { name });
const rows = (page) => page.locator('.rows .row[id]');

const WORKFLOW = 'on: push\njobs:\n  t:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n';
const POLICY = 'version: 1\nrules:\n  coverage-below-threshold: { level: error, line: 80, branch: 62.5, groups: { core: { paths: ["src/core/**"], line: 90 } } }\n';

/** An LCOV report. Of each file the hits of its lines, from the first; `null` where nothing is instrumented. */
function lcov(files) {
  const file = ([path, hits]) => {
    const lines = hits.map((hit, at) => (hit === null ? '' : `DA:${at + 1},${hit}\n`)).join('');
    return `SF:${path}\n${lines}BRDA:1,0,0,1\nBRDA:1,0,1,0\nend_of_record\n`;
  };
  return Object.entries(files).map(file).join('');
}

const SOURCE = 'def one():\n    return 1\n\ndef two():\n    if False:\n        return 3\n    return 2\n';
const SHOP = {
  '.github/workflows/ci.yml': WORKFLOW,
  'tollgate.yml': POLICY,
  'src/core/money.py': SOURCE,
  'src/core/tax.py': 'x = 1\ny = 2\n',
  'src/web/page.py': 'z = 1\n',
  'lcov.info': lcov({
    '/ci/src/core/money.py': [1, 4, null, 1, 2, 0, 0],
    '/ci/src/core/tax.py': [1, 1],
    '/ci/src/web/page.py': [0],
    '/usr/lib/other.py': [1, 0],
  }),
};

async function openCoverage(page, files, fragment = '') {
  await open(page);
  await dropFolder(page, 'shop', files);
  await expect(verdict(page)).toBeVisible();
  await page.evaluate((fragment) => { location.hash = `#v=coverage${fragment}`; }, fragment);
  await expect(tab(page, 'Coverage')).toHaveAttribute('aria-current', 'page');
}

test('without a report the view says what to drop', async ({ page }) => {
  await openCoverage(page, { '.github/workflows/ci.yml': WORKFLOW });
  await expect(page.getByRole('heading', { name: 'No coverage report was given' })).toBeVisible();
  await expect(page.locator('.empty')).toContainText('LCOV');
});

test('shares stand beside the limits of the policy and their definition', async ({ page }) => {
  await openCoverage(page, SHOP);
  const measures = page.getByRole('region', { name: 'What the tests reach' });
  await expect(measures.locator('.measure').first()).toContainText(/Lines\s*63\.6.%\s*7 of 11\s*80.% demanded, not reached/);
  await expect(measures).toContainText('lines hit / lines instrumented, merged by path and line');
  await expect(measures.locator('.measure').nth(1)).toContainText(/Branches\s*50\.0.%\s*4 of 8\s*62\.5.% demanded, not reached/);
  await expect(measures.locator('.measure').first().locator('.bar-limit')).toHaveAttribute('x', '798');
  await expect(measures.getByRole('listitem').filter({ hasText: 'core' })).toContainText(/75\.0.% of lines\s*90.% demanded, not reached/);
  await expect(measures).toContainText('Paths of the reports: 3 found in the tree and 1 not there.');
});

test('folders roll up what is in them and open with the keyboard', async ({ page }) => {
  await openCoverage(page, SHOP, '&sort=name');
  const tree = page.getByRole('treegrid', { name: 'Covered folders' });
  const core = rows(page).filter({ hasText: 'core/' });
  await expect(core).toContainText(/75\.0/);
  await expect(core).toHaveAttribute('aria-expanded', 'true');
  await core.click();
  await expect(core).toHaveAttribute('aria-expanded', 'false');
  await tree.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'src/core/money.py' })).toBeFocused();
  await page.goBack();
  await expect(tree).toBeVisible();
});

test('files are sorted by the lowest share, by uncovered lines and by name', async ({ page }) => {
  await openCoverage(page, SHOP, '&part=flat');
  const names = () => page.locator('.path-name').allTextContents();
  await expect(rows(page)).toHaveCount(4);
  expect(await names()).toEqual(['src/web/page.py', '/usr/lib/other.py', 'src/core/money.py', 'src/core/tax.py']);
  await page.getByRole('button', { name: 'uncovered lines' }).click();
  await expect(page).toHaveURL(/sort=most/);
  await expect(rows(page).first()).toContainText('money.py');
  await page.getByRole('button', { name: 'name' }).click();
  await expect(rows(page).first()).toContainText('/usr/lib/other.py');
  await page.getByRole('searchbox').fill('core');
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByText('2 of 4 files')).toBeVisible();
});

test('a file shows the lines that were run and those that were not', async ({ page }) => {
  await openCoverage(page, SHOP, '&path=src/core/money.py');
  await expect(page.getByText('2 lines were not run, in 1 place')).toBeVisible();
  const line = (number) => page.locator(`#line-${number - 1}`);
  await expect(line(2)).toContainText('return 1');
  await expect(line(2)).toContainText('4 times');
  await expect(line(6)).toContainText('not run');
  await expect(line(1)).toContainText('1/2');
  await expect(line(3)).toHaveClass('row');
});

test('the reader is taken from one uncovered place to the next', async ({ page }) => {
  const hits = Array.from({ length: 400 }, (_, n) => (n === 99 || n === 299 || n === 300 ? 0 : 1));
  const source = hits.map((_, n) => `line_${n + 1} = ${n}`).join('\n');
  await openCoverage(page, { '.github/workflows/ci.yml': WORKFLOW, 'src/a.py': source, 'lcov.info': lcov({ 'src/a.py': hits }) }, '&path=src/a.py');
  await expect(page.getByText('3 lines were not run, in 2 places')).toBeVisible();
  expect(await rows(page).count()).toBeLessThan(120);
  await page.getByRole('button', { name: 'Next uncovered' }).click();
  await expect(page.locator('#line-99')).toBeInViewport();
  await page.keyboard.press('n');
  await expect(page.locator('#line-299')).toBeInViewport();
  await expect(page.getByText('Place 2 of 2')).toBeVisible();
  await page.keyboard.press('p');
  await expect(page.locator('#line-99')).toBeInViewport();
});

test('the source in an archive is found too', async ({ page }) => {
  await open(page);
  await dropFiles(page, [{ name: 'shop.zip', buffer: zip(SHOP) }]);
  await expect(verdict(page)).toBeVisible();
  await page.evaluate(() => { location.hash = '#v=coverage&part=flat&q=tax'; });
  await expect(rows(page)).toHaveCount(1);
  await rows(page).click();
  await expect(page.getByRole('heading', { level: 2, name: /tax\.py/ })).toBeVisible();
});

test('without the source the places are named, and what to drop', async ({ page }) => {
  await openCoverage(page, { '.github/workflows/ci.yml': WORKFLOW, 'lcov.info': lcov({ 'src/a.py': [1, 0, 0, 1, 0] }) }, '&path=src/a.py');
  await expect(page.getByText('Its source was not dropped.')).toBeVisible();
  await expect(page.locator('.places').first().getByRole('listitem')).toHaveText(['lines 2–3', 'line 5']);
});

test('the coverage of a change is told with the lines that it misses', async ({ page }) => {
  const diff = '--- a/src/core/money.py\n+++ b/src/core/money.py\n@@ -4,0 +5,3 @@\n+    if False:\n+        return 3\n+    return 2\n';
  await openCoverage(page, { ...SHOP, 'change.diff': diff });
  const change = page.getByRole('region', { name: 'The change' });
  await expect(change).toContainText(/33\.3.%\s*1 of 3/);
  await expect(change).toContainText('3 lines are added in 1 file');
  await change.getByRole('link', { name: 'src/core/money.py' }).click();
  await expect(page.locator('#line-5')).toContainText('added');
});

test('the map leads into folders and files, with the keyboard too', async ({ page }) => {
  await openCoverage(page, SHOP, '&part=map');
  const map = page.getByRole('group', { name: 'Files by their number of lines; each is a link' });
  await map.getByRole('link', { name: /^src\/.*folder/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/path=src\//);
  await expect(map.getByRole('link', { name: /^core\/ \(folder\): 75\.0.% of 8 lines, 2 uncovered/ })).toBeVisible();
  await map.getByRole('link', { name: /^core/ }).click();
  await map.getByRole('link', { name: /^tax\.py/ }).click();
  await expect(page.getByRole('heading', { name: 'src/core/tax.py' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark']) {
  test(`no view of coverage breaks an accessibility rule, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await openCoverage(page, SHOP);
    const check = async (view) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect.soft(violations.map((v) => `${view}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    };
    for (const name of ['Folders', 'Files', 'Map']) {
      await part(page, name).click();
      await expect(part(page, name)).toHaveAttribute('aria-current', 'true');
      await check(name);
    }
    await page.evaluate(() => { location.hash = '#v=coverage&path=src/core/money.py'; });
    await expect(page.locator('#line-0')).toBeVisible();
    await check('File');
  });
}

test('no view of coverage is wider than a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 740 });
  await open(page);
  await trySample(page);
  await tab(page, 'Coverage').click();
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  for (const name of ['Folders', 'Files', 'Map']) {
    await part(page, name).click();
    await expect(part(page, name)).toHaveAttribute('aria-current', 'true');
    expect(await wider(), name).toBeLessThanOrEqual(0);
  }
  await part(page, 'Files').click();
  await rows(page).first().click();
  await expect(page.getByText('Its source was not dropped.')).toBeVisible();
  expect(await wider(), 'file').toBeLessThanOrEqual(0);
});
