import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ConflictError } from '../common/errors/app-error.js';
import type { CallType } from './call-state.js';
import type { CallRecord, CallRequest } from './call.record.js';
import { CallsRepository } from './calls.repository.js';

const DAY_MS = 86_400_000;

/** What a caller asks for. */
export interface CallWish {
  to?: string;
  chatId?: string;
  callType: CallType;
  requestId?: string;
}

/** Recognises a `call_user` that is sent again, by its `requestId`, for 24 hours. */
@Injectable()
export class CallRequests {
  constructor(
    private readonly calls: CallsRepository,
    private readonly clock: Clock,
  ) {}

  of(callerId: string, { requestId, to, chatId, callType }: CallWish): CallRequest | null {
    if (requestId === undefined) return null;
    const asked = JSON.stringify([to, chatId, callType]);
    return { key: `${callerId}:${requestId}`, hash: createHash('sha256').update(asked).digest('base64url') };
  }

  /** The call that the first try has led to. */
  async find(request: CallRequest | null): Promise<CallRecord | null> {
    if (!request) return null;
    await this.calls.releaseRequest(request.key, new Date(this.clock.nowMs() - DAY_MS));
    const call = await this.calls.findByRequest(request.key);
    if (call && !call.requests.some(({ key, hash }) => key === request.key && hash === request.hash))
      throw new ConflictError('This requestId was used for another call: make a new one');
    return call;
  }
}
