import { Injectable } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { AppError, ForbiddenError, NotFoundError } from '../../common/errors/app-error.js';
import { ChatMembersRepository } from '../chat-members.repository.js';
import { ChatsRepository } from '../chats.repository.js';
import { type ChatInfo, NO_INFO } from '../log/chat-profile.js';
import type { ChatState } from '../log/chat-state.js';
import { Newcomers } from '../newcomers.js';
import type { InvitePreviewView } from './invite.view.js';
import { type Invite, InvitesRepository } from './invites.repository.js';
import { JoinRequests } from './join-requests.service.js';

export interface Joined {
  chatId: string;
  outcome: 'joined' | 'member' | 'pending';
}

/** Thrown inside a draft: the group, as it is there, lets nobody in without an admin. */
class ApprovalNeeded extends Error {}

/** Coming into a group by an invite. Whom an admin has removed comes back by an admin alone. */
@Injectable()
export class JoiningService {
  constructor(
    private readonly invites: InvitesRepository,
    private readonly chats: ChatsRepository,
    private readonly members: ChatMembersRepository,
    private readonly newcomers: Newcomers,
    private readonly requests: JoinRequests,
    private readonly clock: Clock,
  ) {}

  async preview(userId: string, token: string): Promise<InvitePreviewView> {
    const { info, memberCount } = await this.look(userId, token);
    const avatarUrl = info.avatarMediaId && `/api/invites/${token}/avatar`;
    return { title: info.title ?? '', memberCount, avatarUrl };
  }

  /** The picture that the preview tells of. */
  async pictureId(userId: string, token: string): Promise<string> {
    const { info } = await this.look(userId, token);
    if (!info.avatarMediaId) throw new NotFoundError('Media');
    return info.avatarMediaId;
  }

  private async look(userId: string, token: string): Promise<{ info: ChatInfo; memberCount: number }> {
    const invite = await this.find(token);
    const [chat, membership] = await Promise.all([
      this.chats.findById(invite.chatId),
      this.members.find(invite.chatId, userId),
    ]);
    if (membership?.wasRemoved) throw new RemovedError();
    this.assertLive(invite);
    return { info: chat?.profile.info ?? NO_INFO, memberCount: chat?.memberCount ?? 0 };
  }

  /** A member is answered as one, and takes no use. */
  async join(userId: string, token: string): Promise<Joined> {
    const invite = await this.find(token);
    const { chatId } = invite;
    const membership = await this.members.find(chatId, userId);
    if (membership?.isActive) return { chatId, outcome: 'member' };
    if (membership?.wasRemoved) throw new RemovedError();
    this.assertLive(invite, 'besides uses');
    // Who waits has taken a use when they asked.
    const isWaiting = await this.requests.isWaiting(chatId, userId);
    const use = isWaiting ? 'held' : await this.invites.claim(invite, userId, this.clock.now());
    if (!use) throw new EndedError();
    try {
      const { outcome, isNew } = await this.enter(userId, invite);
      // Another try of the same person was faster; where uses are bounded, it has the same one.
      if (use === 'taken' && !isNew && invite.maxUses === null) await this.invites.release(invite.id, userId);
      return { chatId, outcome };
    } catch (error) {
      if (use === 'taken') await this.invites.release(invite.id, userId);
      throw error;
    }
  }

  /** Whether an admin has to agree is decided by the setting at the very place of the joining. */
  private async enter(
    userId: string,
    { id, chatId }: Invite,
  ): Promise<{ outcome: Joined['outcome']; isNew: boolean }> {
    try {
      const added = await this.newcomers.admit({
        chatId,
        byId: userId,
        userIds: [userId],
        assert: assertOpen,
      });
      const isNew = added.length > 0;
      return { outcome: isNew ? 'joined' : 'member', isNew };
    } catch (error) {
      if (!(error instanceof ApprovalNeeded)) throw error;
      return { outcome: 'pending', isNew: await this.requests.add(chatId, userId, id) };
    }
  }

  private async find(token: string): Promise<Invite> {
    const invite = await this.invites.findByToken(token);
    if (!invite) throw new NotFoundError('Invite');
    return invite;
  }

  private assertLive({ revokedAt, expiresAt, maxUses, uses }: Invite, besides?: 'besides uses'): void {
    const isUsedUp = !besides && maxUses !== null && uses >= maxUses;
    const isPast = expiresAt !== null && expiresAt.getTime() <= this.clock.nowMs();
    if (revokedAt !== null || isPast || isUsedUp) throw new EndedError();
  }
}

function assertOpen(state: ChatState): void {
  // Everybody has left: there is nobody to join.
  if (state.memberCount === 0) throw new EndedError();
  if (state.profile.settings.joinApproval) throw new ApprovalNeeded();
}

class EndedError extends AppError {
  constructor() {
    super('GONE', 'This invite has ended: ask for another one');
  }
}

class RemovedError extends ForbiddenError {
  constructor() {
    super('An admin has removed you from this group: only an admin can add you again');
  }
}
