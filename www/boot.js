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

async function compile(name) {
  const response = await fetch(new URL(`./pkg/${name}_bg.wasm`, import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

const sample = fetch(new URL('./sample.json', import.meta.url)).then((response) => {
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.text();
});
sample.catch(() => {});

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
  sample() {
    sample.then(
      (json) => give({ directories: [], files: [], text: '', sample: json }),
      (error) => fail(`The sample could not be loaded: ${error.message}.`),
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
};

try {
  // Not a static import: that would hold back the listeners above.
  const { default: init, start_page } = await import('./pkg/page.js');
  await init({ module_or_path: await wasm });
  start_page(page);
  await Promise.all([checker, ...workers.map((worker) => worker.ready)]);
  await sample.catch(() => {});
  boot.textContent = 'Ready.';
  root.dataset.state = 'ready';
} catch (error) {
  fail(`The checker could not be loaded: ${error.message}. Reload the page; if that does not help, use a browser from 2024 or later.`);
  root.dataset.state = 'failed';
}
