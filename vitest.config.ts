import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.{spec,e2e-spec}.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // To import the app takes longer than most files take: a worker does it once, for all of its files. Each file
    // has an app and a database of its own, and test/support/setup.ts takes back what else it may have changed.
    isolate: false,
    // Every e2e file boots its own app against the one shared engine: two at a time fill two cores.
    maxWorkers: 2,
  },
});
