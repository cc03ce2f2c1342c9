import type { SentSignal } from '../calls/signal.js';
import type { RealtimePublisher } from './realtime.publisher.js';

/** To one device, in the order given, each as the event of its kind. */
export function sendSignals(
  publisher: RealtimePublisher,
  socketId: string,
  signals: readonly SentSignal[],
): void {
  for (const { callId, from, signal } of signals) {
    const { offer, answer, candidate } = signal;
    if (offer !== undefined) publisher.toSockets([socketId], 'offer', { callId, from, offer });
    else if (answer !== undefined) publisher.toSockets([socketId], 'answer', { callId, from, answer });
    else publisher.toSockets([socketId], 'ice_candidate', { callId, from, candidate });
  }
}
