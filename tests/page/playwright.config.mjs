// Runs the page tests against `dist/`, served as GitHub Pages would serve it: below a sub-path, without headers of ours.
import { createServer } from 'node:net';
import { defineConfig } from '@playwright/test';

// Workers load this file again; they must find the port that the first process chose.
process.env.TOLLGATE_PORT ??= String(await freePort());
const baseURL = `http://127.0.0.1:${process.env.TOLLGATE_PORT}/tollgate/`;
const results = '../../target/page';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.mjs',
  outputDir: `${results}/results`,
  reporter: [['list'], ['junit', { outputFile: `${results}/junit.xml` }]],
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL,
    browserName: 'chromium',
    // Follow-up connections of the browser itself would be counted as requests of the page.
    launchOptions: {
      executablePath: process.env.TOLLGATE_CHROMIUM || '/usr/bin/chromium',
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
  webServer: {
    command: `cargo xtask serve --no-build --port ${process.env.TOLLGATE_PORT}`,
    cwd: '../..',
    url: baseURL,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
