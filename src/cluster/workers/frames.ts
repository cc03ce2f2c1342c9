import type { Count, SharedLimits } from './shared-limits.js';
import type { SharedState } from './shared-state.js';

/** What a worker may ask the primary. Each is answered, in the order of asking. */
export interface Questions extends Pick<SharedState, Exclude<keyof SharedState, 'end'>> {
  count: (...args: Parameters<SharedLimits['count']>) => Promise<Count>;
  settle: (...args: Parameters<SharedLimits['settle']>) => Promise<number[]>;
  /** The private folder of the workers' sockets. */
  folder(): string;
}

export type Question = keyof Questions;
export type Answer<Q extends Question> = Awaited<ReturnType<Questions[Q]>>;

/** What goes from a worker to all others: events to sockets, and domain events. */
export type Topic = 'emits' | 'events';

export interface Telling {
  kind: 'tell';
  topic: Topic;
  text: string;
}

export type FromWorker = Telling | { kind: 'ask'; id: number; question: Question; args: unknown[] };

export type FromPrimary =
  | Telling
  | { kind: 'reply'; id: number; answer?: unknown; failure?: string }
  /** Another worker is gone. */
  | { kind: 'loss' }
  /** This worker stood still for so long that not all could be kept for it. */
  | { kind: 'missed' };

/** What processes send each other: all frames of one turn of the event loop. */
export interface Batch<F> {
  parley: F[];
}

/** A connection on its way to the worker that knows its session; the socket itself comes along. */
export interface HandOver {
  parleyUpgrade: { to: number; request: string };
}

export function isBatch(message: unknown): message is Batch<never> {
  return typeof message === 'object' && message !== null && 'parley' in message;
}

export function isHandOver(message: unknown): message is HandOver {
  return typeof message === 'object' && message !== null && 'parleyUpgrade' in message;
}
