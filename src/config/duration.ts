const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `900s`, `15m`, `12h`, `30d`, or plain seconds -> whole seconds. What it can't read counts as 0. */
export function durationSeconds(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)?$/.exec(text);
  if (!match) return 0;
  return Math.floor(Number(match[1]) * SECONDS[(match[2] ?? 's') as keyof typeof SECONDS]);
}
