// Ways in besides dropping files, and ways out.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { SLEEPY, dropFiles, open, tab, trySample, verdict } from './helpers.mjs';

async function download(page, click) {
  const started = page.waitForEvent('download');
  await click();
  const download = await started;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

const more = async (page, name) => {
  await page.locator('.menu > summary').click();
  await page.getByRole('button', { name }).click();
};

async function sampleReport(page) {
  await open(page);
  await trySample(page);
  return (await download(page, () => page.getByRole('button', { name: 'Download report.json' }).click())).text;
}

const embedded = (json, id = 'tollgate-report') =>
  `<!doctype html><title>x</title><h1>A report</h1><script>document.title = 'ran'</script><script type="application/json" id="${id}">${json.replaceAll('<', '\\u003c')}</script>`;

for (const [name, wrap] of [['report.json', (json) => json], ['report.html', (json) => embedded(json)]]) {
  test(`a ${name} is opened as the report that it is, without files`, async ({ page }) => {
    const report = await sampleReport(page);
    await open(page);
    await dropFiles(page, [{ name, buffer: Buffer.from(wrap(report)) }]);
    await expect(page.locator('#verdict')).toHaveText('The policy does not hold');
    await expect(page).not.toHaveTitle('ran');
    await tab(page, 'Files').click();
    await expect(page.getByRole('rowheader', { name: 'compose.yml' })).toBeVisible();
    await expect(page.getByLabel('Judged by')).toHaveCount(0);
    await tab(page, 'Policy').click();
    await expect(page.getByText('opened without the files')).toBeVisible();
    const again = await download(page, () => page.getByRole('button', { name: 'Download report.json' }).click());
    expect(again.text).toBe(report);
  });
}

test('a page that carries no report of ours is a file as any other', async ({ page }) => {
  await open(page);
  await dropFiles(page, [{ name: 'report.html', buffer: Buffer.from(embedded('{}', 'other')) }]);
  await expect(verdict(page)).toHaveText('Nothing was judged');
});

const BROKEN = {
  'of another version': ['{"schema": "tollgate-report/2", "findings": []}', 'has the schema tollgate-report/2, and this page shows tollgate-report/1 only'],
  'that is cut': ['{"schema": "tollgate-report/1", "find', 'is no report of Tollgate'],
  'that is damaged': ['{"schema": "tollgate-report/1", "findings": 3}', 'is damaged'],
};
for (const [what, [text, reason]] of Object.entries(BROKEN)) {
  test(`a report ${what} is answered with the reason`, async ({ page }) => {
    await open(page);
    await dropFiles(page, [{ name: 'report.json', buffer: Buffer.from(text) }]);
    await expect(page.getByRole('heading', { level: 1, name: 'The report cannot be opened' })).toBeFocused();
    await expect(page.getByRole('alert')).toContainText(reason.replaceAll('`', ''));
    await page.getByRole('button', { name: 'Start over' }).click();
    await trySample(page);
  });
}

test('a report that is dropped on another one is asked about', async ({ page }) => {
  const report = await sampleReport(page);
  const drop = () => dropFiles(page, [{ name: 'other.json', buffer: Buffer.from(report) }]);
  await drop();
  const dialog = page.getByRole('dialog', { name: 'A report: what is it for?' });
  await expect(dialog).toContainText('other.json');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel('Judged by')).toBeVisible();
  await drop();
  await dialog.getByRole('button', { name: 'Open it instead' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel('Judged by')).toBeHidden();
});

for (const [name, expected] of [['a project that holds it', 'The policy holds'], ['files that are torn and odd', 'The policy does not hold']]) {
  test(`the sample “${name}” is judged`, async ({ page }) => {
    await open(page);
    await page.getByRole('button', { name }).click();
    await expect(verdict(page)).toHaveText(expected);
  });
}

/** Opens the page from another one of another origin, which talks to it. */
async function fromOpener(page, context, baseURL, messages) {
  await context.route('https://ci.example/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>CI</title>' }));
  await page.goto('https://ci.example/');
  const opened = context.waitForEvent('page');
  await page.evaluate((url) => {
    window.answers = [];
    addEventListener('message', ({ data }) => window.answers.push(data));
    window.target = window.open(url);
  }, baseURL);
  const target = await opened;
  await expect(target.locator('html')).toHaveAttribute('data-state', 'ready');
  await page.evaluate((messages) => {
    for (const message of messages) window.target.postMessage(message, '*');
  }, messages);
  return target;
}

test('files from another page are checked only when the reader agrees', async ({ page, context, baseURL }) => {
  const files = [{ path: '.github/workflows/ci.yml', content: SLEEPY }];
  const target = await fromOpener(page, context, baseURL, [{ tollgate: 'ping' }, { tollgate: 'files', files }]);
  const dialog = target.getByRole('dialog', { name: 'Files from another page' });
  await expect(dialog).toContainText('https://ci.example');
  await expect(dialog).toContainText('a file');
  await expect(verdict(target)).toBeHidden();
  expect(await page.evaluate(() => window.answers)).toEqual([{ tollgate: 'ready' }, { tollgate: 'asked' }]);
  await dialog.getByRole('button', { name: 'Refuse' }).click();
  await expect(dialog).toBeHidden();
  await expect(verdict(target)).toBeHidden();
  await page.evaluate((files) => window.target.postMessage({ tollgate: 'files', files }, '*'), files);
  await dialog.getByRole('button', { name: 'Check them' }).click();
  await expect(verdict(target)).toHaveText('The policy does not hold');
  await tab(target, 'Files').click();
  await expect(target.getByRole('rowheader', { name: '.github/workflows/ci.yml' })).toBeVisible();
  expect(await page.evaluate(() => window.answers.length)).toBe(3);
});

test('what is no list of files is refused, and nobody but the opener is heard', async ({ page, context, baseURL }) => {
  const target = await fromOpener(page, context, baseURL, [
    { tollgate: 'files', files: 'all' },
    { tollgate: 'files', files: [{ path: 'a', content: 7 }] },
    { tollgate: 'files', files: [{ path: 'x'.repeat(5000), content: '' }] },
    { other: 'message' },
  ]);
  await expect.poll(() => page.evaluate(() => window.answers.map((answer) => answer.tollgate))).toEqual(['refused', 'refused', 'refused']);
  await target.evaluate((content) => window.postMessage({ tollgate: 'files', files: [{ path: 'a', content }] }, '*'), SLEEPY);
  await target.waitForTimeout(200);
  await expect(target.getByRole('dialog')).toBeHidden();
});

test('tables are kept as CSV, and no field of them is a formula', async ({ page }) => {
  await open(page);
  const evil = '=HYPERLINK("http://example.org").yml';
  await dropFiles(page, [
    { name: evil, buffer: Buffer.from(SLEEPY) },
    { name: 'lcov.info', buffer: Buffer.from('SF:@a.py\nDA:1,1\nDA:2,0\nend_of_record\n') },
    { name: 'junit.xml', buffer: Buffer.from('<testsuite name="+api"><testcase name="a" time="0.5"/></testsuite>') },
  ]);
  await expect(verdict(page)).toBeVisible();
  const tables = {};
  for (const [name, words] of [['findings', 'Findings as CSV'], ['tests', 'Test suites as CSV'], ['coverage', 'Coverage by file as CSV'], ['files', 'Files as CSV']]) {
    const { name: file, text } = await download(page, () => more(page, words));
    expect(file).toBe(`${name}.csv`);
    tables[name] = text;
    await page.locator('.menu > summary').click();
  }
  expect(tables.findings).toMatch(/^level,status,rule,/);
  expect(tables.files).toContain(`"'=HYPERLINK(""http://example.org"").yml",`);
  expect(tables.tests).toContain(`"'+api",junit.xml,1,1,0,0,0,0,0.5`);
  expect(tables.coverage).toContain(`"'@a.py",2,1,,,,`);
});

test('the link to a view is copied, and holds nothing of the files', async ({ page, context, baseURL }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '#v=findings&level=error');
  await trySample(page);
  await more(page, 'Copy the link');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${baseURL}#v=findings&level=error`);
});

test('on paper there is the report and nothing to press', async ({ page }) => {
  await open(page);
  await trySample(page);
  for (const view of ['Overview', 'Findings', 'Policy']) {
    await tab(page, view).click();
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await expect(verdict(page)).toBeVisible();
    await expect(page.locator('.tabs, .verdict-tools, .top, .policy-buttons').filter({ visible: true })).toHaveCount(0);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'screen' });
  }
});

for (const colorScheme of ['light', 'dark']) {
  test(`menu and questions break no accessibility rule, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const report = await sampleReport(page);
    await page.locator('.menu > summary').click();
    const found = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
    };
    expect.soft(await found()).toEqual([]);
    await dropFiles(page, [{ name: 'other.json', buffer: Buffer.from(report) }]);
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await found()).toEqual([]);
  });
}
