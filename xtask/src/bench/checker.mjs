// Runs the built page's checker under Node, as the page's worker runs it in a browser, and prints what it took and found.
// usage: node checker.mjs FOLDER FILE DAY RUNS
// FOLDER holds the checker as `checker.mjs` and `checker_bg.wasm`. The first run has the engine's compilation in it.

import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, path, today, runs] = process.argv.slice(2);
const { default: init, carry_out } = await import(pathToFileURL(join(resolve(folder), 'checker.mjs')));
const { memory } = await init({ module_or_path: readFileSync(join(folder, 'checker_bg.wasm')) });
const name = basename(path);
const bytes = readFileSync(path);

const took = [];
let report;
for (let run = 0; run < Number(runs); run += 1) {
  const file = new File([bytes], name);
  const before = process.cpuUsage();
  const start = performance.now();
  const order = { ask: 'open', files: [[name, file, true]], policy: { pack: 'recommended' }, baseline: null };
  await carry_out(order, today, (message) => {
    if (message.refused || message.failure) throw new Error(message.refused ?? message.failure);
    if (message.report) report = message.report;
  });
  const { user, system } = process.cpuUsage(before);
  took.push({ cpu: user + system, wall: Math.round((performance.now() - start) * 1000) });
}
const { tests, coverage } = JSON.parse(report);
if (tests) delete tests.suites;
console.log(JSON.stringify({ took, memory: memory.buffer.byteLength, tests, coverage }));
