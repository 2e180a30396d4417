// The view of the tests: counts, failures, suites, and lists of which only what is in view is in the page.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { dropFiles, dropFolder, open, tab, trySample, verdict } from './helpers.mjs';

const part = (page, name) => page.getByRole('navigation', { name: 'Lists of tests' }).getByRole('link', { name });
const rows = (page) => page.locator('.rows .row[id]');

/** A report with suites in packages. Each case is a name, a status and a time. */
function junit(suites) {
  const children = { failed: '<failure message="expected 1">at line 7\n  in place</failure>', error: '<error message="broke"/>', skipped: '<skipped/>', passed: '' };
  const testcase = ([name, status, time]) => `<testcase name="${name}" time="${time}">${children[status]}</testcase>`;
  const suite = ([name, cases]) => `<testsuite name="${name}">${cases.map(testcase).join('\n')}</testsuite>`;
  return `<testsuites>${Object.entries(suites).map(suite).join('\n')}</testsuites>`;
}

const SHOP = junit({
  'com.shop.cart.CartTest': [['adds', 'passed', 0.004], ['removes', 'failed', 0.02]],
  'com.shop.cart.PriceTest': [['rounds', 'passed', 2.5], ['formats', 'skipped', 0]],
  'com.shop.mail.MailTest': [['sends', 'error', 0.7], ['queues', 'passed', 0.1]],
});

const drop = (page, files) => dropFiles(page, Object.entries(files).map(([name, text]) => ({ name, buffer: Buffer.from(text) })));

async function openTests(page, files, fragment = '') {
  await open(page);
  await drop(page, files);
  await expect(verdict(page)).toBeVisible();
  await page.evaluate((fragment) => { location.hash = `#v=tests${fragment}`; }, fragment);
  await expect(tab(page, 'Tests')).toHaveAttribute('aria-current', 'page');
}

/** So many cases, every hundredth failed. */
function many(count) {
  const cases = [];
  for (let n = 0; n < count; n += 1) cases.push([`case ${n}`, n % 100 === 0 ? 'failed' : 'passed', n / 1e6]);
  return junit({ many: cases });
}

test('without a report the view says what to drop', async ({ page }) => {
  await openTests(page, { 'notes.md': '# Rollback' });
  await expect(page.getByRole('heading', { name: 'No test report was given' })).toBeVisible();
  await expect(page.locator('.empty')).toContainText('JUnit XML');
});

test('failures come first, with message and trace', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openTests(page, { 'junit.xml': SHOP });
  await expect(page.getByRole('heading', { name: '2 of 6 tests failed' })).toBeVisible();
  const failure = page.getByRole('article', { name: 'removes' });
  await expect(failure).toContainText('expected 1');
  await expect(failure).toContainText('junit.xml:2');
  await expect(failure.getByText('in place')).toBeHidden();
  await failure.locator('summary').click();
  await expect(failure.getByText('in place')).toBeVisible();
  await failure.getByRole('button', { name: /^Copy/ }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('removes\nexpected 1\nat line 7\n  in place');
});

test('what a report declares is held against what it holds', async ({ page }) => {
  const text = '<testsuite name="s" tests="3" failures="0"><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>';
  await openTests(page, { 'junit.xml': text });
  await expect(page.getByText('One report declares something else about itself')).toBeVisible();
  await expect(page.getByRole('row', { name: /junit.xml/ })).toContainText('tests and failures differ');
});

test('suites are a tree that opens with the keyboard', async ({ page }) => {
  await openTests(page, { 'junit.xml': SHOP }, '&part=suites');
  const tree = page.getByRole('treegrid', { name: 'Suites' });
  await expect(tree).toHaveAttribute('aria-rowcount', '6');
  await tree.focus();
  await page.keyboard.press('Home');
  const active = () => tree.evaluate((e) => document.getElementById(e.getAttribute('aria-activedescendant')).textContent);
  expect(await active()).toContain('com.shop');
  expect(await active()).toContain('2 failed');
  await page.keyboard.press('ArrowLeft');
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press('ArrowRight');
  await expect(rows(page)).toHaveCount(5);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveCount(5);
  await page.keyboard.press('ArrowDown');
  expect(await active()).toMatch(/Test/);
  await page.keyboard.press('ArrowLeft');
  expect(await active()).toMatch(/^\.(cart|mail)/);
});

test('suites are sorted and filtered, in the address', async ({ page }) => {
  await openTests(page, { 'junit.xml': SHOP }, '&part=suites&sort=most');
  await expect(page.getByRole('button', { name: 'time', pressed: true })).toBeVisible();
  await expect(rows(page).nth(1)).toContainText('.cart');
  await page.getByRole('button', { name: 'name' }).click();
  await expect(page).toHaveURL(/sort=name/);
  await page.getByRole('searchbox').fill('mail');
  await expect(page).toHaveURL(/q=mail/);
  await expect(rows(page)).toHaveCount(2);
});

test('the slowest over all suites are listed', async ({ page }) => {
  await openTests(page, { 'junit.xml': SHOP }, '&part=slowest');
  await expect(page.getByRole('row').filter({ hasText: 'rounds' })).toContainText('2.5');
  const names = await page.locator('.slowest .case-name').allTextContents();
  expect(names).toEqual(['rounds', 'sends', 'queues', 'removes', 'adds']);
});

test('times are told in a table', async ({ page }) => {
  await openTests(page, { 'junit.xml': SHOP });
  const table = page.getByRole('region', { name: 'How long they take' }).getByRole('table');
  await expect(table.getByRole('row', { name: /under 3\ss/ })).toContainText('1');
});

test('a test with several results is told with all of them', async ({ page }) => {
  await openTests(page, {
    'results.xml': junit({ s: [['sends', 'failed', 1], ['queues', 'passed', 1]] }),
    'results-attempt-2.xml': junit({ s: [['sends', 'passed', 1]] }),
  }, '&part=repeats');
  await expect(page.getByText('Passed and failed in one run')).toBeVisible();
  await expect(page.locator('.results').first().getByRole('listitem')).toHaveText([/failed.*results\.xml/, /passed.*results-attempt-2\.xml/]);
});

test('all tests are found by words and status', async ({ page }) => {
  await openTests(page, { 'junit.xml': SHOP }, '&part=all');
  await expect(page.getByText('All 6 tests')).toBeVisible();
  await page.getByRole('button', { name: /^error/ }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('sends');
  await page.getByRole('button', { name: /^error/ }).click();
  await page.getByRole('searchbox').fill('cart -removes');
  await expect(page.getByText('3 of 6 tests')).toBeVisible();
  await expect(page).toHaveURL(/part=all.*q=cart/);
  await page.getByRole('searchbox').fill('nothing like this');
  await expect(page.getByText('No test fits these filters.')).toBeVisible();
});

test('a chosen test is told in full', async ({ page }) => {
  await openTests(page, { 'junit.xml': SHOP }, '&part=all');
  await rows(page).filter({ hasText: 'removes' }).click();
  const detail = page.getByRole('region', { name: 'The chosen test' });
  await expect(detail).toContainText('com.shop.cart.CartTest');
  await expect(detail).toContainText('junit.xml:2');
  await detail.getByRole('link', { name: /trace/ }).click();
  await expect(page.getByRole('article', { name: 'removes' })).toBeVisible();
});

test('of 300,000 tests only those in view are in the page, and every one is reached', async ({ page }) => {
  test.setTimeout(180_000);
  await open(page);
  await page.evaluate((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'junit.xml'));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }, many(300_000));
  await expect(verdict(page)).toBeVisible({ timeout: 120_000 });
  await page.evaluate(() => { location.hash = '#v=tests&part=all&sort=most'; });
  const grid = page.getByRole('grid', { name: 'All tests' });
  await expect(grid).toHaveAttribute('aria-rowcount', '300001', { timeout: 60_000 });
  await expect(rows(page).first()).toContainText('case 299999');
  expect(await rows(page).count()).toBeLessThan(120);
  // By the scroll bar, in large steps, and at the end by the keyboard.
  for (const part of [0.25, 0.5, 0.75]) {
    await grid.evaluate((e, part) => { e.scrollTop = e.scrollHeight * part; }, part);
    await expect(page.locator(`#case-${Math.round(300_000 * part)}`)).toContainText('case ');
    expect(await rows(page).count()).toBeLessThan(120);
  }
  await grid.focus();
  await page.keyboard.press('End');
  await expect(page.locator('#case-299999')).toContainText('case 0');
  await expect(page.locator('#case-299999')).toBeInViewport();
  await page.keyboard.press('PageUp');
  await expect(page.locator('#case-299999')).not.toHaveClass(/active/);
  await page.keyboard.press('Home');
  await expect(page.locator('#case-0')).toContainText('case 299999');
  await expect(page.locator('#case-0')).toBeInViewport();
});

for (const colorScheme of ['light', 'dark']) {
  test(`no list of tests breaks an accessibility rule, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await openTests(page, {
      'results.xml': junit({ 'com.shop.A': [['sends', 'failed', 1], ['queues', 'passed', 1]], 'com.shop.B': [['x', 'skipped', 0]] }),
      'results-attempt-2.xml': junit({ 'com.shop.A': [['sends', 'passed', 1], ['late', 'error', 1]] }),
    });
    for (const name of ['Failures', 'Not stable', 'Suites', 'Slowest', 'All tests']) {
      await part(page, name).click();
      await expect(part(page, name)).toHaveAttribute('aria-current', 'true');
      if (name === 'All tests') await rows(page).first().click();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect.soft(violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    }
  });
}

test('no list of tests is wider than a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 740 });
  await open(page);
  await trySample(page);
  await tab(page, 'Tests').click();
  for (const name of ['Failures', 'Not stable', 'Suites', 'Slowest', 'All tests']) {
    await part(page, name).click();
    await expect(part(page, name)).toHaveAttribute('aria-current', 'true');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0);
  }
});

test('lists of tests make no errors in the console', async ({ page }) => {
  const errors = [];
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', (error) => errors.push(error.message));
  await open(page);
  await dropFolder(page, 'shop', { 'reports/junit.xml': SHOP });
  await tab(page, 'Tests').click();
  for (const name of ['Not stable', 'Suites', 'Slowest', 'All tests', 'Failures']) {
    await part(page, name).click();
    await expect(part(page, name)).toHaveAttribute('aria-current', 'true');
  }
  expect(errors).toEqual([]);
});
