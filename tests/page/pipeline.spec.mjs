// The view of workflows: the graph, the keyboard in it, the facts beside it, and findings pinned to their job.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { dropFolder, open, tab, trySample, verdict } from './helpers.mjs';

const CI = `name: ci
on: [push, pull_request]
jobs:
  lint:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps: [{ run: make lint }]
  build:
    name: Build it
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    container: rust:1.90
    strategy: { matrix: { os: [a, b, c] } }
    steps:
      - { uses: actions/cache@v4, with: { path: target, key: "x-\${{ hashFiles('Cargo.lock') }}" } }
      - { run: make }
      - { uses: actions/upload-artifact@v4, with: { name: "bin-\${{ matrix.os }}", path: out } }
  test:
    needs: [lint, build]
    runs-on: ubuntu-24.04
    services:
      db: { image: "postgres:17", options: --health-cmd pg_isready }
      queue: { image: "rabbitmq:4" }
    steps:
      - { uses: actions/download-artifact@v4, with: { pattern: "bin-*" } }
      - { run: make test }
  live:
    needs: test
    environment: production
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps: [{ run: make live }]
`;
const OTHER = 'name: other\non: push\njobs:\n  alone: { runs-on: x, timeout-minutes: 5, steps: [{ run: ls }] }\n';
const CIRCLE = 'name: circle\non: push\njobs:\n  a: { needs: b, runs-on: x, steps: [{ run: ls }] }\n  b: { needs: [a, gone], runs-on: x, steps: [{ run: ls }] }\n  c: { needs: b, runs-on: x, steps: [{ run: ls }] }\n';

/** A page of jobs, each with its name, start and end in minutes. */
function run(id, jobs) {
  const at = (minutes) => new Date(Date.UTC(2026, 0, id, 0, minutes)).toISOString().replace('.000', '');
  return JSON.stringify({
    total_count: jobs.length,
    jobs: jobs.map(([name, start, end], n) => ({
      id: id * 100 + n, run_id: id, run_attempt: 1, workflow_name: 'ci', name, status: 'completed', conclusion: 'success',
      created_at: at(0), started_at: at(start), completed_at: at(end), steps: [],
    })),
  });
}
const RUN = run(7, [['lint', 1, 2], ['Build it (a)', 1, 5], ['Build it (b)', 1, 4], ['Build it (c)', 1, 3], ['test', 5, 9], ['live', 9, 10]]);

async function openPipeline(page, files, fragment = '') {
  await open(page);
  await dropFolder(page, 'shop', files);
  await expect(verdict(page)).toBeVisible();
  await page.evaluate((fragment) => { location.hash = `#v=pipeline${fragment}`; }, fragment);
  await expect(tab(page, 'Pipeline')).toHaveAttribute('aria-current', 'page');
}

const job = (page, name) => page.locator('#graph').getByRole('link', { name: new RegExp(`^Job ${name}\\b`) });
const picker = (page, name) => page.locator('.pickers-row').getByLabel(name);
const detail = (page) => page.locator('.job-detail');
const row = (page, name) => page.locator('.job-table').getByRole('row', { name: new RegExp(`^${name}`) });
const corner = async (locator) => locator.locator('.box').boundingBox();

test('jobs stand right of those that they wait for', async ({ page }) => {
  await openPipeline(page, { '.github/workflows/ci.yml': CI });
  const [lint, build, testing, live] = await Promise.all(['lint', 'Build it', 'test', 'live'].map((name) => corner(job(page, name))));
  expect(build.x).toBe(lint.x);
  expect(testing.x).toBeGreaterThan(lint.x + lint.width);
  expect(live.x).toBeGreaterThan(testing.x + testing.width);
  expect(build.y).toBeGreaterThan(lint.y + lint.height);
  await expect(job(page, 'Build it')).toContainText('×3');
  await expect(page.locator('#graph .carries title')).toHaveText('artifacts: bin-*');
});

test('a job shows all that its workflow says of it', async ({ page }) => {
  await openPipeline(page, { '.github/workflows/ci.yml': CI });
  await job(page, 'Build it').click();
  await expect(page).toHaveURL(/#v=pipeline&job=build$/);
  await expect(detail(page).getByRole('heading', { name: 'Build it' })).toBeVisible();
  for (const text of ['rust:1.90', 'runs 3 times, over os', 'cache: target', 'bin-${{ matrix.os }}', '10 min', 'ci.yml:8']) {
    await expect(detail(page)).toContainText(text);
  }
  await job(page, 'test').click();
  await expect(detail(page)).toContainText('bin-* from build');
  await expect(detail(page).getByText('Service with a health check')).toHaveCount(1);
  await expect(detail(page).getByText('Service without a health check')).toHaveCount(1);
  await detail(page).getByRole('link', { name: 'lint' }).click();
  await expect(detail(page).getByRole('heading', { name: 'lint' })).toBeVisible();
  await page.goBack();
  await expect(detail(page).getByRole('heading', { name: 'test' })).toBeVisible();
});

test('the table has the same facts as the graph', async ({ page }) => {
  await openPipeline(page, { '.github/workflows/ci.yml': CI, 'jobs.json': RUN });
  await expect(page.locator('.job-table tbody tr')).toHaveCount(4);
  await expect(row(page, 'test')).toContainText('lint, build');
  await expect(row(page, 'test')).toContainText('queue, Service without a health check');
  await expect(row(page, 'Build it')).toContainText('up bin-${{ matrix.os }}');
  await expect(row(page, 'Build it')).toContainText('4 min 0 s');
});

test('the keyboard goes through the graph by arrows', async ({ page }) => {
  await openPipeline(page, { '.github/workflows/ci.yml': CI });
  await job(page, 'lint').focus();
  await page.keyboard.press('ArrowRight');
  await expect(job(page, 'test')).toBeFocused();
  await expect(detail(page).getByRole('heading', { name: 'test' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(job(page, 'live')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(job(page, 'lint')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(job(page, 'Build it')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(detail(page)).toContainText('Choose a job');
  // One stop by Tab, and the table and the panel are behind it.
  await expect(page.locator('#graph a[tabindex="0"]')).toHaveCount(1);
});

test('findings are pinned to their job, and the pin leads to them', async ({ page }) => {
  await openPipeline(page, { '.github/workflows/ci.yml': CI, Dockerfile: 'FROM python:latest\n' });
  const pin = page.locator('#graph .node', { has: page.getByRole('link', { name: /^Job test\b/ }) }).locator('.pin');
  const count = Number(await pin.locator('text').textContent());
  expect(count).toBeGreaterThan(0);
  await pin.click();
  await expect(tab(page, 'Findings')).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('article')).toHaveCount(count);
  await expect(page.getByRole('button', { name: /^Only jobs.test in .github\/workflows\/ci.yml/ })).toBeVisible();
  await page.getByRole('button', { name: /^Only jobs.test/ }).click();
  await expect.poll(() => page.getByRole('article').count()).toBeGreaterThan(count);
});

test('measured times and the critical path are shown and said', async ({ page }) => {
  await openPipeline(page, { '.github/workflows/ci.yml': CI, 'jobs.json': RUN });
  const path = page.locator('.path-steps li');
  await expect(path).toHaveText(['Build it (a) 4 min 0 s', 'test 4 min 0 s', 'live 1 min 0 s']);
  await expect(page.locator('.run')).toContainText('took 9 min 0 s');
  await expect(page.locator('#graph .node.critical')).toHaveCount(3);
  await expect(job(page, 'Build it')).toHaveAccessibleName(/on the critical path/);
  await expect(job(page, 'lint')).not.toHaveAccessibleName(/on the critical path/);
  await job(page, 'Build it').click();
  await expect(detail(page)).toContainText('4 min 0 s, the longest of 3, on the critical path');
});

test('another run and another workflow can be chosen, and stand in the address', async ({ page }) => {
  const files = { '.github/workflows/ci.yml': CI, '.github/workflows/other.yml': OTHER, 'a/jobs.json': RUN, 'b/jobs.json': run(8, [['lint', 1, 4]]) };
  await openPipeline(page, files);
  await expect(picker(page, 'Times of run')).toContainText('#8');
  await expect(page.locator('.run')).toContainText('#8');
  await picker(page, 'Times of run').selectOption({ label: await page.locator('option', { hasText: '#7' }).textContent() });
  await expect(page.locator('.run')).toContainText('took 9 min');
  await expect(page).toHaveURL(/run=\d/);
  await picker(page, 'Workflow').selectOption('.github/workflows/other.yml');
  await expect(page.getByRole('heading', { level: 2, name: 'other' })).toBeVisible();
  await expect(page).toHaveURL(/workflow=.github\/workflows\/other.yml$/);
  await expect(job(page, 'alone')).toBeVisible();
  await expect(page.getByText('No record of a run was given')).toBeVisible();
});

test('a circle is broken input and shown as such', async ({ page }) => {
  await openPipeline(page, { '.github/workflows/ci.yml': CIRCLE });
  await expect(page.getByText('a and b wait for each other in a circle')).toBeVisible();
  await expect(page.getByText('b waits for gone, which is no job of this workflow.')).toBeVisible();
  await expect(page.locator('#graph .node.circular')).toHaveCount(2);
  await expect(job(page, 'a')).toHaveAccessibleName(/waits for itself/);
  await expect(job(page, 'c')).not.toHaveAccessibleName(/waits for itself/);
});

test('five hundred jobs are drawn, and more are listed', async ({ page }) => {
  const jobs = (count) => Array.from({ length: count }, (_, n) => `  j${n}: { needs: [${[n - 1, n - 7, n - 20].filter((m) => m >= 0).map((m) => `j${m}`)}], runs-on: x, timeout-minutes: 1, steps: [{ run: ls }] }`).join('\n');
  const of = (count) => `name: many\non: push\njobs:\n${jobs(count)}\n`;
  await openPipeline(page, { '.github/workflows/a.yml': of(500), '.github/workflows/b.yml': of(900).replace('many', 'most') }, '&workflow=.github/workflows/a.yml');
  await expect(page.locator('#graph .node')).toHaveCount(500);
  await picker(page, 'Workflow').selectOption('.github/workflows/b.yml');
  await expect(page.getByText('900 jobs are more than a drawing can show')).toBeVisible();
  await expect(page.locator('.job-table tbody tr')).toHaveCount(300);
});

test('without a workflow there is no tab', async ({ page }) => {
  await open(page, '#v=pipeline');
  await dropFolder(page, 'shop', { 'notes.md': '# Rollback' });
  await expect(verdict(page)).toBeVisible();
  await expect(tab(page, 'Pipeline')).toHaveCount(0);
  await expect(page.getByText('No workflow was given.')).toBeVisible();
});

for (const colorScheme of ['light', 'dark']) {
  test(`the view breaks no accessibility rule, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await openPipeline(page, { '.github/workflows/ci.yml': CI, 'jobs.json': RUN, '.github/workflows/circle.yml': CIRCLE });
    await job(page, 'test').click();
    for (const workflow of ['ci.yml', 'circle.yml']) {
      await picker(page, 'Workflow').selectOption(`.github/workflows/${workflow}`);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    }
  });
}

test('nothing is wider than a screen of 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await openPipeline(page, { '.github/workflows/ci.yml': CI, 'jobs.json': RUN }, '&job=test');
  await expect(detail(page).getByRole('heading', { name: 'test' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
});

test('the sample’s pipeline is told with its run', async ({ page }) => {
  await open(page, '#v=pipeline');
  await trySample(page);
  await expect(page.getByRole('heading', { level: 2, name: 'ci' })).toBeVisible();
  await expect(page.locator('.run')).toContainText('Critical path');
});
