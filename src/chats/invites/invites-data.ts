import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ndjson, rowsBehind } from '../../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../../common/personal-data/personal-data.js';
import { InvitesRepository, type MadeInvite } from './invites.repository.js';
import { JoinRequestsRepository, type OwnJoinRequest } from './join-requests.repository.js';

const ROWS_PER_PAGE = 100;

/** The invites that somebody has made, and the groups that they wait to join: to take along and to remove. */
@Injectable()
export class InvitesData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'invites';

  constructor(
    private readonly data: PersonalData,
    private readonly invites: InvitesRepository,
    private readonly requests: JoinRequestsRepository,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    const made = (last: MadeInvite | null) =>
      this.invites.findMadeBehind(userId, last?.id ?? null, ROWS_PER_PAGE);
    const waiting = (last: OwnJoinRequest | null) =>
      this.requests.findOfBehind(userId, last?.chatId ?? null, ROWS_PER_PAGE);
    yield ndjson('invites.ndjson', withoutTokens(rowsBehind(made)));
    yield ndjson('join-requests.ndjson', rowsBehind(waiting));
  }

  /** A link that they made lets nobody in any more. */
  async erase(userId: string): Promise<void> {
    await this.invites.removeAllMadeBy(userId);
    await this.requests.removeAllOf(userId);
  }
}

/** Who made an invite may be no admin any more: a copy opens no door. */
async function* withoutTokens(invites: AsyncIterable<MadeInvite>) {
  for await (const { token: _, ...rest } of invites) yield rest;
}
