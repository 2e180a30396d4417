// Runs the checker off the page's thread. The page posts the compiled module once, or why there is none, and one message
// for each check, which may be there first.

import init, { judge } from './pkg/checker.js';

let arrive;
const ready = new Promise((resolve) => {
  arrive = resolve;
}).then(({ module, failure }) => {
  if (failure) throw new Error(failure);
  return init({ module_or_path: module });
});
ready.catch(() => {});

self.onmessage = async ({ data }) => {
  if (data.module || data.failure) {
    arrive(data);
    return;
  }
  const { id, files, policy } = data;
  const today = new Date().toISOString().slice(0, 10);
  try {
    await ready;
    await judge(files, policy, today, (message) => postMessage({ id, ...message }));
  } catch (error) {
    postMessage({ id, failure: error instanceof Error ? error.message : String(error), file: '' });
  }
};

postMessage({ ready: true });
