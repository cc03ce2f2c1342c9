/** How long something took, and who used how much CPU meanwhile, in µs. */
export async function watch(readCpu, work) {
  const [startedAt, before] = [performance.now(), readCpu()];
  await work();
  const after = readCpu();
  const used = Object.fromEntries(Object.entries(after).map(([who, micros]) => [who, micros - before[who]]));
  return { micros: (performance.now() - startedAt) * 1_000, used };
}
