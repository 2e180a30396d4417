// What the page tests do again and again.

import { crc32 } from 'node:zlib';
import { expect } from '@playwright/test';

/** Opens the page and waits until it has loaded all that it will ever need. */
export async function open(page, fragment = '') {
  await page.goto(`./${fragment}`);
  await expect(page.locator('html')).toHaveAttribute('data-state', 'ready');
}

export async function trySample(page) {
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await expect(verdict(page)).toBeVisible();
}

export const verdict = (page) => page.getByRole('heading', { level: 1, name: /^The policy|^Evidence is|^Nothing was judged/ });

export const tab = (page, name) => page.getByRole('navigation', { name: 'Parts of the report' }).getByRole('link', { name });

/**
 * Drops a folder, given as `{path: text}`. A script cannot make a real directory entry, so these behave as a browser's
 * do: asynchronous, a hundred at a time, and gone after the event unless they were asked for.
 */
export async function dropFolder(page, name, files) {
  await page.evaluate(
    ({ name, files }) => {
      const directory = (name) => ({ name, children: new Map() });
      const root = directory(name);
      for (const [path, text] of Object.entries(files)) {
        const parts = path.split('/');
        const file = parts.pop();
        let at = root;
        for (const part of parts) {
          if (!at.children.has(part)) at.children.set(part, directory(part));
          at = at.children.get(part);
        }
        at.children.set(file, { name: file, text });
      }
      const entry = (node) =>
        node.children
          ? {
              isFile: false,
              isDirectory: true,
              name: node.name,
              createReader() {
                const rest = [...node.children.values()].map(entry);
                return { readEntries: (done) => setTimeout(() => done(rest.splice(0, 100))) };
              },
            }
          : {
              isFile: true,
              isDirectory: false,
              name: node.name,
              file: (done) => setTimeout(() => done(new File([node.text], node.name))),
            };
      let open = true;
      const transfer = {
        types: ['Files'],
        items: [{ kind: 'file', webkitGetAsEntry: () => (open ? entry(root) : null), getAsFile: () => null }],
        getData: () => '',
      };
      const event = new Event('drop', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'dataTransfer', { value: transfer });
      document.getElementById('drop').dispatchEvent(event);
      open = false;
    },
    { name, files },
  );
}

/** Drops files by a real data transfer. */
export async function dropFiles(page, files) {
  const bytes = files.map(({ name, buffer }) => ({ name, base64: buffer.toString('base64') }));
  await page.evaluate((files) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }, bytes);
}

/** A zip archive with stored members. */
export function zip(files) {
  const locals = [];
  const directory = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(text);
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt32LE(crc32(data), 10);
    header.writeUInt32LE(data.length, 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), header, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), header, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, listing, Buffer.from('PK\x05\x06'), end]);
}

/** A workflow that sleeps where it should wait. */
export const SLEEPY = `name: CI
on: [push]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - run: |
          docker compose up -d
          sleep 30
          docker compose run --rm web pytest
`;
