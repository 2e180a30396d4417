// Runs the checker off the page's thread. The page posts the compiled module once, then one message for each check.

import init, { judge } from './pkg/tollgate.js';

let ready;

self.onmessage = async ({ data }) => {
  if (data.module) {
    ready = init({ module_or_path: data.module });
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
