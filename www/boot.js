// What must work before the wasm is here: files that are dropped, chosen or pasted wait in a queue. Everything that the
// page will ever need is fetched here, so that no request is made later.

const root = document.documentElement;
const boot = document.getElementById('boot');

// A dropped directory can only be asked for during the event, which is why nobody but this script listens for drops.
const waiting = [];
let sink = null;

function give(item) {
  if (sink) {
    sink(item);
  } else {
    waiting.push(item);
    boot.textContent = 'Your files are waiting for the checker, which is still loading.';
  }
}

// Workers that only a crash or a cancelled check uses up; more are made on demand.
const SPARES = 2;
const wasm = compile('page');
// Waits its turn: the page is of use while the checker is on its way.
const checker = wasm.then(() => compile('checker'));
checker.catch(() => {});
// The views that nobody needs before there is a report, after it.
const views = later();
views.catch(() => {});
const workers = Array.from({ length: SPARES + 1 }, hire);

function hire() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'tollgate' });
  worker.ready = new Promise((resolve, reject) => {
    worker.addEventListener('message', resolve, { once: true });
    worker.addEventListener('error', () => reject(new Error('its worker did not start')), { once: true });
  });
  worker.ready.catch(() => {});
  checker.then(
    (module) => worker.postMessage({ module }),
    (error) => worker.postMessage({ failure: `The checker could not be loaded: ${error.message}` }),
  );
  return worker;
}

async function later() {
  await checker.catch(() => {});
  const module = await compile('views');
  const views = await import('./pkg/views.js');
  await views.default({ module_or_path: module });
  return views;
}

async function compile(name) {
  const response = await fetch(new URL(`./pkg/${name}_bg.wasm`, import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

const samples = fetch(new URL('./samples.json', import.meta.url)).then((response) => {
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
});
samples.catch(() => {});

// Files

function fromTransfer(transfer) {
  const item = { directories: [], files: [], text: '' };
  for (const part of transfer.items) {
    if (part.kind !== 'file') continue;
    const entry = part.webkitGetAsEntry?.();
    if (entry?.isDirectory) {
      item.directories.push(entry);
    } else {
      const file = part.getAsFile();
      if (file) item.files.push(file);
    }
  }
  if (item.directories.length + item.files.length === 0) item.text = transfer.getData('text/plain');
  return item;
}

function giveTransfer(transfer) {
  const item = fromTransfer(transfer);
  if (item.directories.length + item.files.length > 0 || item.text.trim() !== '') give(item);
}

const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;
const isTyping = (target) => target instanceof Element && target.closest('input, textarea, select') !== null;

document.addEventListener('dragover', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
  root.classList.add('dragging');
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) root.classList.remove('dragging');
});
document.addEventListener('drop', (event) => {
  root.classList.remove('dragging');
  if (isTyping(event.target) && !carriesFiles(event)) return;
  event.preventDefault();
  giveTransfer(event.dataTransfer);
});
document.addEventListener('paste', (event) => {
  if (isTyping(event.target) || !event.clipboardData) return;
  giveTransfer(event.clipboardData);
});

for (const id of ['pick-folder', 'pick-files']) {
  document.getElementById(id).addEventListener('change', ({ target }) => {
    if (target.files.length > 0) give({ directories: [], files: [...target.files], text: '' });
    // The same folder can be chosen again after an edit.
    target.value = '';
  });
}

// Pickers inside the report come and go; each says what its files are for.
document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.dataset.give === undefined || target.files.length === 0) return;
  give({ directories: [], files: [...target.files], text: '', compare: target.dataset.give === 'compare' });
  target.value = '';
});

// Files from the page that opened this one: {tollgate: 'files', files: [{path, content}]}, content being text, a Blob or
// an ArrayBuffer. Nothing is done with them before the reader agrees, and the sender is told no more than that somebody
// listens: a 'ping' is answered with 'ready'.

const POSTED_FILES = 20_000;
const POSTED_BYTES = 256 * 1024 * 1024;
const PATH_LENGTH = 4096;

addEventListener('message', ({ source, origin, data }) => {
  // Opaque origins ("null") have no name that a reader could agree to.
  if (!source || source !== window.opener || !origin.startsWith('http')) return;
  if (data?.tollgate === 'ping') source.postMessage({ tollgate: 'ready' }, origin);
  if (data?.tollgate !== 'files') return;
  const posted = postedFiles(data.files);
  const reason = typeof posted === 'string' ? posted : '';
  source.postMessage(reason ? { tollgate: 'refused', reason } : { tollgate: 'asked' }, origin);
  if (!reason) give({ directories: [], files: [], text: '', origin, posted });
});

/** `[path, File]` of each, or why they are not taken. */
function postedFiles(files) {
  if (!Array.isArray(files) || files.length === 0) return 'files is not a list of {path, content}';
  if (files.length > POSTED_FILES) return `more than ${POSTED_FILES} files`;
  let room = POSTED_BYTES;
  const taken = [];
  for (const file of files) {
    const { path, content } = file ?? {};
    if (typeof path !== 'string' || path === '' || path.length > PATH_LENGTH) return 'a path is missing or too long';
    const known = typeof content === 'string' || content instanceof Blob || content instanceof ArrayBuffer;
    if (!known) return `the content of ${path} is neither text nor bytes`;
    const blob = new File([content], path.split('/').pop());
    room -= blob.size;
    if (room < 0) return `more than ${POSTED_BYTES} bytes`;
    taken.push([path, blob]);
  }
  return taken;
}

// Buttons of the landing page

const actions = {
  paste(button) {
    const panel = document.getElementById('paste');
    panel.hidden = !panel.hidden;
    button.setAttribute('aria-expanded', String(!panel.hidden));
    if (!panel.hidden) document.getElementById('paste-text').focus();
  },
  'paste-check'() {
    const text = document.getElementById('paste-text');
    if (text.value.trim() === '') {
      text.focus();
    } else {
      give({ directories: [], files: [], text: text.value });
    }
  },
  sample({ dataset }) {
    samples.then(
      (all) => give({ directories: [], files: [], text: '', sample: JSON.stringify({ files: all[dataset.sample] }) }),
      (error) => fail(`The samples could not be loaded: ${error.message}.`),
    );
  },
};
document.getElementById('landing').addEventListener('click', ({ target }) => {
  const button = target.closest('[data-action]');
  if (button) actions[button.dataset.action]?.(button);
});

function fail(message) {
  boot.textContent = message;
  boot.classList.add('failed');
}

// The wasm takes over

boot.textContent = 'Loading the checker. You can drop files already.';

const page = {
  connect(consumer) {
    sink = consumer;
    for (const item of waiting.splice(0)) consumer(item);
  },
  hire: () => workers.shift() ?? hire(),
  views: () => views,
};

try {
  // Not a static import: that would hold back the listeners above.
  const { default: init, start_page } = await import('./pkg/page.js');
  await init({ module_or_path: await wasm });
  start_page(page);
  await Promise.all([checker, ...workers.map((worker) => worker.ready)]);
  // What is missing without these is said where it is asked for.
  await Promise.allSettled([samples, views]);
  boot.textContent = 'Ready.';
  root.dataset.state = 'ready';
} catch (error) {
  fail(`The checker could not be loaded: ${error.message}. Reload the page; if that does not help, use a browser from 2024 or later.`);
  root.dataset.state = 'failed';
}
