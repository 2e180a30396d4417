// The page and the command line give the same bytes for the same files.

import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SLEEPY, dropFiles, dropFolder, open, trySample, verdict, zip } from './helpers.mjs';

const SAMPLE = '../../samples/shop';

/** The report of the command line: exit codes 1 and 3 are answers. */
async function native(path) {
  const binary = process.env.TOLLGATE_BINARY ?? '../../target/debug/tollgate';
  const today = new Date().toISOString().slice(0, 10);
  const run = promisify(execFile)(binary, ['check', path, '--format', 'json', '--today', today], { maxBuffer: 1 << 28 });
  const { stdout, code } = await run.catch((failure) => failure);
  expect([undefined, 1, 3]).toContain(code);
  return stdout;
}

async function downloaded(page) {
  await expect(verdict(page)).toBeVisible();
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download report.json' }).click();
  return readFile(await (await started).path(), 'utf8');
}

test('the sample', async ({ page }) => {
  await open(page);
  await trySample(page);
  expect(await downloaded(page)).toBe(await native(SAMPLE));
});

const ODD = {
  '.github/workflows/ci.yml': SLEEPY,
  '.github/workflows/broken.yml': 'on: push\njobs:\n\t- x\n',
  '.github/workflows/twice.yml': 'on: push\non: pull_request\njobs: {a: {runs-on: x, steps: [{run: pytest || true}]}}\n',
  'compose.yml': 'services:\n  db: {image: "postgres"}\n  web: {image: a/b:1, depends_on: [db]}\n',
  'reports/junit.xml': '<testsuite name="é✓"><testcase name="a\u0301&#x1b;" time="1,234.5"><failure message="&lt;script>"/></testcase>',
  // Large enough for the browser to be asked for its hash.
  'reports/large.xml': `<testsuite name="large">${'<testcase name="a" time="0.1"/>\n'.repeat(5000)}</testsuite>`,
  'reports/cobertura.xml':
    '<coverage><packages><package><classes><class filename="a.py"><lines><line number="1" hits="1"/><line number="2" hits="0"/><line number="3" hits="0"/></lines></class></classes></package></packages></coverage>',
  'reports/more.info': 'SF:b.py\nDA:1,1\nDA:2,0\nDA:3,1\nend_of_record\n',
  'docs/ROLLBACK.md': '# Rollback\n\nRTO: 1.5 hours\n',
  'src/main.rs': 'fn main() {}',
};

test('a folder of odd files', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-'));
  try {
    for (const [path, text] of Object.entries(ODD)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await open(page);
    await dropFolder(page, 'odd', ODD);
    const report = await downloaded(page);
    expect(report).toBe(await native(folder));
    expect(JSON.parse(report).findings.length).toBeGreaterThan(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a zip', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-'));
  try {
    const buffer = zip(ODD);
    await writeFile(join(folder, 'odd.zip'), buffer);
    await open(page);
    await dropFiles(page, [{ name: 'odd.zip', buffer }]);
    expect(await downloaded(page)).toBe(await native(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
});
