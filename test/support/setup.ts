import 'reflect-metadata';
import { afterAll, vi } from 'vitest';

// The files of one worker share what they import: none leaves a spy, a setting or a stopped clock to the next.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
