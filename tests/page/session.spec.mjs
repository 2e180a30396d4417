// The protocol between the page and its worker, as src/web/message.rs tells it, spoken to a real worker.

import { expect, test } from '@playwright/test';
import { SLEEPY, dropFiles, open, tab, trySample, verdict, zip } from './helpers.mjs';

/**
 * Starts a worker of the page's own and sends it orders. `files` are `{path: text}`, archives `{path: {base64}}`; an
 * order without `ask: 'open'` goes to the same session. Gives the answer of each order.
 */
async function talk(page, files, orders) {
  return page.evaluate(
    async ({ files, orders }) => {
      const script = document.querySelector('script[src$="boot.js"]').src;
      const worker = new Worker(new URL('./worker.js', script), { type: 'module' });
      const wasm = await fetch(new URL('./pkg/checker_bg.wasm', script));
      worker.postMessage({ module: await WebAssembly.compile(await wasm.arrayBuffer()) });
      const content = (file) => (file.base64 ? Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0)) : file);
      const list = Object.entries(files).map(([path, file]) => [path, new File([content(file)], path), false]);
      const answers = orders.map((order, id) => new Promise((resolve) => {
        worker.addEventListener('message', ({ data }) => {
          if (data.id === id && data.all === undefined) resolve(data);
        });
        worker.postMessage({ id, ...(order.ask === 'open' ? { files: list } : {}), ...order });
      }));
      const all = await Promise.all(answers);
      worker.terminate();
      return all;
    },
    { files, orders },
  );
}

const WORKFLOW = '.github/workflows/ci.yml';
const STRICT = 'version: 1\nrules: { sleep-as-wait: error }\n';
const details = (kind, argument) => ({ ask: 'details', kind, argument });

test('a session is judged again, asked and written without its files being given again', async ({ page }) => {
  await open(page);
  const [first, again, other, wrong, written, source] = await talk(page, { [WORKFLOW]: SLEEPY }, [
    { ask: 'open' },
    { ask: 'rejudge' },
    { ask: 'rejudge', policy: { name: 'edited.yml', text: STRICT } },
    { ask: 'rejudge', policy: { name: 'edited.yml', text: STRICT.replace('wait', 'wiat') } },
    { ask: 'render', format: 'json' },
    details('source', WORKFLOW),
  ]);
  expect(again.report).toBe(first.report);
  const rules = (answer) => new Set(JSON.parse(answer.report).findings.map((finding) => finding.rule));
  expect([...rules(other)]).toEqual(['sleep-as-wait']);
  expect(wrong.refused).toContain('did you mean `sleep-as-wait`?');
  expect(JSON.parse(wrong.problems)[0].place).toMatchObject({ file: 'edited.yml', line: 2, column: 10 });
  expect(written.answer).toBe(other.report);
  expect(JSON.parse(source.answer)).toEqual({ path: WORKFLOW, text: SLEEPY, bytes: SLEEPY.length, cut: false });
});

test('a report is compared with another until it is taken away', async ({ page }) => {
  await open(page);
  const [first] = await talk(page, { [WORKFLOW]: SLEEPY }, [{ ask: 'open' }]);
  const baseline = { name: 'before.json', text: first.report };
  const [compared, kept, gone, broken] = await talk(page, { [WORKFLOW]: SLEEPY }, [
    { ask: 'open', baseline },
    { ask: 'rejudge' },
    { ask: 'rejudge', baseline: null },
    { ask: 'rejudge', baseline: { name: 'x.json', text: '{}' } },
  ]);
  expect(JSON.parse(compared.report).baseline.file).toBe('before.json');
  expect(kept.report).toBe(compared.report);
  expect(JSON.parse(gone.report).baseline).toBeUndefined();
  expect(broken.refused).toContain('x.json is no report of Tollgate');
});

test('files of no known format are read when they are asked for, also out of archives', async ({ page }) => {
  await open(page);
  const archive = { base64: zip({ 'src/a.py': 'print(1)\n', 'b/ci.yml': 'on: push' }).toString('base64') };
  const files = { 'src/b.py': 'print("é")\n', 'repo.zip': archive, [WORKFLOW]: SLEEPY };
  const [, plain, member, missing] = await talk(page, files, [
    { ask: 'open' },
    details('source', 'src/b.py'),
    details('source', 'repo.zip/src/a.py'),
    details('source', 'src/c.py'),
  ]);
  expect(JSON.parse(plain.answer).text).toBe('print("é")\n');
  expect(JSON.parse(member.answer).text).toBe('print(1)\n');
  expect(missing.refused).toContain('no such file');
});

test('what no session can do is refused', async ({ page }) => {
  await open(page);
  const answers = await talk(page, {}, [
    { ask: 'rejudge' },
    { ask: 'render', format: 'json' },
    details('source', 'x'),
    { ask: 'dance' },
    { ask: 'open' },
    { ask: 'render', format: 'docx' },
    details('weather', ''),
  ]);
  expect(answers.map((answer) => Boolean(answer.refused))).toEqual([true, true, true, true, false, true, true]);
});

test('a worker that dies is told, and the files can be read again', async ({ page }) => {
  await page.addInitScript(() => {
    const { Worker } = window;
    window.workers = [];
    window.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        window.workers.push(this);
      }
    };
  });
  await open(page);
  await dropFiles(page, [{ name: 'ci.yml', buffer: Buffer.from(SLEEPY) }]);
  await expect(verdict(page)).toBeVisible();
  await page.evaluate(() => window.workers[0].dispatchEvent(new ErrorEvent('error', { message: 'out of memory' })));
  const notice = page.getByRole('alert').filter({ hasText: 'no longer has your files' });
  await expect(notice).toBeVisible();
  await expect(verdict(page)).toBeVisible();
  await tab(page, 'Files').click();
  await notice.getByRole('button', { name: 'Read the files again' }).click();
  await expect(notice).toBeHidden();
  await expect(tab(page, 'Files')).toHaveAttribute('aria-current', 'page');
  await expect(page.getByText('Showing all 1 file')).toBeVisible();
});

test('another pack is judged by without the files being read again', async ({ page }) => {
  await page.route('**/worker.js', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('async function work(order) {', '$&\n  postMessage({ ask: order.ask });');
    await route.fulfill({ response: answer, body });
  });
  await page.addInitScript(() => {
    window.asked = [];
    const { Worker } = window;
    window.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => data.ask && window.asked.push(data.ask));
      }
    };
  });
  await open(page);
  await trySample(page);
  await page.getByLabel('Judged by').selectOption('strict');
  await expect(page.getByText('strict pack that comes with Tollgate')).toBeVisible();
  expect(await page.evaluate(() => window.asked)).toEqual(['open', 'rejudge']);
});
