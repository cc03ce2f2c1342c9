import type { BrowserPhone } from './browser-phone.js';

/** Answers the id of the call. */
export async function callAndAccept(caller: BrowserPhone, callee: BrowserPhone): Promise<string> {
  const callId = await caller.call({ to: callee.id });
  await callee.hears('incoming_call', { callId, from: caller.id, callType: 'video' });
  await callee.accept(callId);
  await caller.hears('call_accepted', { callId, userId: callee.id });
  return callId;
}

/** Resolves when each has seen and heard more of the other. */
export async function talk(one: BrowserPhone, other: BrowserPhone): Promise<void> {
  await Promise.all([one.seesAndHears(other), other.seesAndHears(one)]);
}
