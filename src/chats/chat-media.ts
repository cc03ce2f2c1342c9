import { Injectable, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { MediaReferenceRegistry, type MediaReferences } from '../media/media-references.js';
import { ChatMembersRepository, type Membership } from './chat-members.repository.js';
import { type AttachedPlace, AttachmentsRepository } from './log/attachments.repository.js';
import { isGone, visibleStretches } from './membership.js';
import { Memberships } from './memberships.service.js';

/** More than this many messages with one file are looked through from the reader's side. */
const MAX_PLACES = 200;

/** Files attached to messages: whoever may read one of them sees its files. */
@Injectable()
export class ChatMedia implements MediaReferences, OnModuleInit {
  constructor(
    private readonly registry: MediaReferenceRegistry,
    private readonly attachments: AttachmentsRepository,
    private readonly members: ChatMembersRepository,
    private readonly memberships: Memberships,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.add(this);
  }

  async shows(viewerId: string, { id }: { id: string }): Promise<boolean> {
    const places = await this.attachments.findPlaces(id, MAX_PLACES);
    if (await this.anyVisible(viewerId, places)) return true;
    return places.length === MAX_PLACES && this.showsInOwn(viewerId, id);
  }

  held(mediaIds: readonly string[]): Promise<Set<string>> {
    return this.attachments.findAttached(mediaIds);
  }

  private async anyVisible(viewerId: string, places: AttachedPlace[]): Promise<boolean> {
    if (places.length === 0) return false;
    const chatIds = [...new Set(places.map(({ chatId }) => chatId))];
    return this.admits(await this.members.findAmong(viewerId, chatIds), places);
  }

  /** Passed on very often: only what is in chats of the reader is looked at. */
  private async showsInOwn(viewerId: string, mediaId: string): Promise<boolean> {
    const memberships = await this.memberships.of(viewerId);
    const chatIds = memberships.map(({ chatId }) => chatId);
    return this.admits(memberships, await this.attachments.findPlacesIn(chatIds, mediaId, 10 * MAX_PLACES));
  }

  private admits(memberships: readonly Membership[], places: AttachedPlace[]): boolean {
    const now = this.clock.now();
    const byChat = new Map(memberships.map((membership) => [membership.chatId, membership]));
    return places.some(({ chatId, seq, expiresAt }) => {
      const membership = byChat.get(chatId);
      if (!membership || isGone(membership) || (expiresAt && expiresAt <= now)) return false;
      return visibleStretches(membership).some(({ from, to }) => seq >= from && seq <= to);
    });
  }
}
