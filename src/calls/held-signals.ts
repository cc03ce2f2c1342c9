import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { SentSignal, Signal } from './signal.js';

/** Candidates kept from one person for another. */
export const MAX_HELD_CANDIDATES = 50;

/** Beyond it nothing more is kept for a call; no call of ours comes near. */
const MAX_CALL_BYTES = 4 * 1024 * 1024;
/** For all calls of this node; beyond it those heard of the longest time ago lose theirs. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

interface Kept {
  signal: Signal;
  bytes: number;
}

/** From one person to another: what counts is the last word of each kind, and the candidates. */
interface Held {
  from: string;
  to: string;
  offer?: Kept;
  answer?: Kept;
  candidates: Kept[];
}

/**
 * Signals for people who have no device in the call yet, or not at the moment. In memory alone, and gone with
 * the call.
 */
@Injectable()
export class HeldSignals {
  private readonly calls = new LRUCache<string, Held[]>({
    maxSize: MAX_TOTAL_BYTES,
    sizeCalculation: (held) => bytesOf(held) + 1,
  });

  hold(to: string, { callId, from, signal }: SentSignal): void {
    const all = this.calls.get(callId) ?? [];
    const kept = { signal, bytes: Buffer.byteLength(JSON.stringify(signal)) };
    if (bytesOf(all) + kept.bytes > MAX_CALL_BYTES) return;
    let held = all.find((one) => one.from === from && one.to === to);
    if (!held) all.push((held = { from, to, candidates: [] }));
    keep(held, kept);
    this.calls.set(callId, all); // again: its size has changed
  }

  /** Everything for one person, and it is held no more: of each sender the offer, the answer, the candidates. */
  take(callId: string, to: string): SentSignal[] {
    const all = this.calls.get(callId) ?? [];
    const mine = all.filter((held) => held.to === to);
    if (mine.length === 0) return [];
    this.calls.set(
      callId,
      all.filter((held) => held.to !== to),
    );
    return mine.flatMap(({ from, offer, answer, candidates }) =>
      [offer, answer, ...candidates].flatMap((kept) => (kept ? [{ callId, from, signal: kept.signal }] : [])),
    );
  }

  drop(callId: string): void {
    this.calls.delete(callId);
  }
}

function keep(held: Held, kept: Kept): void {
  if (kept.signal.offer !== undefined) held.offer = kept;
  else if (kept.signal.answer !== undefined) held.answer = kept;
  else {
    held.candidates.push(kept);
    if (held.candidates.length > MAX_HELD_CANDIDATES) held.candidates.shift();
  }
}

function bytesOf(all: Held[]): number {
  let bytes = 0;
  for (const { offer, answer, candidates } of all) {
    bytes += (offer?.bytes ?? 0) + (answer?.bytes ?? 0);
    for (const candidate of candidates) bytes += candidate.bytes;
  }
  return bytes;
}
