import { median } from './percentiles.mjs';

/** How far the rounds lie apart, as a share of their median: what a difference must exceed to mean anything. */
export function noise(values) {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** Runs of several targets in turns, put together as one object per round. */
export function byRound(runs) {
  const rounds = new Map();
  for (const { round, target, result } of runs) {
    rounds.set(round, { ...rounds.get(round), [target]: result });
  }
  return [...rounds.values()];
}
