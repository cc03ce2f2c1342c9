import { Injectable, Logger } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { toObjectId } from '../database/object-id.js';
import { SystemMessages } from '../messages/system-messages.service.js';
import type { CallState } from './call-state.js';
import type { CallRecord } from './call.record.js';
import { durationOf } from './call.view.js';
import { CallsRepository } from './calls.repository.js';

/** Calls that ended longer ago than this are nobody's work in progress any more. */
const REPAIR_AFTER_MS = 10_000;
const BATCH = 100;

/** What somebody should look at: a call that did not come about. */
const UNREAD: readonly CallState[] = ['missed', 'busy', 'cancelled'];

/** The mark that a call leaves in its chat: a system message, exactly one, also after a crash in between. */
@Injectable()
export class CallTraces {
  private readonly logger = new Logger(CallTraces.name);

  constructor(
    private readonly calls: CallsRepository,
    private readonly messages: SystemMessages,
    private readonly clock: Clock,
  ) {}

  /** Of a call that is over; what fails here is made good by `repair`. */
  async leave(call: CallRecord): Promise<void> {
    if (call.isTraced !== false) return;
    try {
      await this.append(call);
      await this.calls.markTraced(call.id);
    } catch (error) {
      this.logger.warn(`the chat of call ${call.id} not told yet: ${String(error)}`);
    }
  }

  /** `afterMs`: none that ended later, which may be in the making. */
  async repair(afterMs = REPAIR_AFTER_MS): Promise<void> {
    const endedBefore = new Date(this.clock.nowMs() - afterMs);
    for (const call of await this.calls.findUntraced(endedBefore, BATCH)) await this.leave(call);
  }

  private async append(call: CallRecord): Promise<void> {
    const { id, chatId, callerId, callType, state } = call;
    const durationMs = durationOf(call);
    await this.messages.append({
      chatId,
      senderId: callerId,
      key: `call:${id}`,
      note: {
        kind: 'call',
        callId: toObjectId(id),
        callType,
        state,
        ...(durationMs !== undefined && { durationMs }),
      },
      isQuiet: !UNREAD.includes(state),
    });
  }
}
