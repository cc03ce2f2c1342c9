import { percentiles } from './percentiles.mjs';
import { watch } from './watch.mjs';

/**
 * `inFlight` lanes that each do `work` again as soon as it is done: first unmeasured, then measured. `work` gets
 * the number of its call, so that two loops can ask the same questions in the same order.
 */
export async function runClosedLoop(work, { inFlight, warmUp, seconds }, readCpu) {
  let calls = 0;
  const loop = async (forSeconds) => {
    const end = performance.now() + forSeconds * 1_000;
    const tookMs = [];
    const lane = async () => {
      do {
        const begun = performance.now();
        await work(calls++);
        tookMs.push(performance.now() - begun);
      } while (performance.now() < end);
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    return tookMs;
  };
  await loop(warmUp);
  let tookMs;
  const { micros, used } = await watch(readCpu, async () => {
    tookMs = await loop(seconds);
  });
  const count = tookMs.length;
  return {
    count,
    perSecond: (count / micros) * 1e6,
    ms: percentiles(tookMs),
    serverMicros: used.server / count,
    engineMicros: used.engine / count,
  };
}
