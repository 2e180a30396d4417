// Runs the checker off the page's thread. The page posts the compiled module once, or why there is none, and its orders,
// which may be there first. What they are is told in src/web/message.rs.

import init, { carry_out } from './pkg/checker.js';

let arrive;
const ready = new Promise((resolve) => {
  arrive = resolve;
}).then(({ module, failure }) => {
  if (failure) throw new Error(failure);
  return init({ module_or_path: module });
});
ready.catch(() => {});

// One order after the other: they are about the same session.
let last = Promise.resolve();

self.onmessage = ({ data }) => {
  if (data.module || data.failure) {
    arrive(data);
    return;
  }
  last = last.then(() => work(data));
};

async function work(order) {
  const { id } = order;
  const today = new Date().toISOString().slice(0, 10);
  try {
    await ready;
    await carry_out(order, today, (message) => postMessage({ id, ...message }));
  } catch (error) {
    postMessage({ id, failure: error instanceof Error ? error.message : String(error), file: '' });
  }
}

postMessage({ ready: true });
