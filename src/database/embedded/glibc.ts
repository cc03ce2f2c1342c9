/** The first glibc the embedded engine's native part loads on. */
export const ENGINE_GLIBC = '2.38';

/** This process's glibc version; null on other systems and on musl. */
export function glibcVersion(): string | null {
  if (process.platform !== 'linux') return null;
  // The report lists the network interfaces too, which can mean slow name look-ups: not wanted here.
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime ?? null;
  } finally {
    report.excludeNetwork = before;
  }
}

/** Compares `2.36` with `2.4` by number, part by part. */
export function isAtLeast(version: string, minimum: string): boolean {
  const wanted = minimum.split('.').map(Number);
  const parts = version.split('.').map(Number);
  for (const [index, part] of wanted.entries()) {
    const difference = (parts[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
