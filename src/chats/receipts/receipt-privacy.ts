import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { DomainEvents } from '../../events/domain-events.js';
import { BlocksService } from '../../users/blocks.service.js';
import { PrivacyService } from '../../users/privacy.service.js';

/** As `DirectGate`: bounds how long a change made on another node goes unnoticed. */
const TTL_MS = 60_000;

/** Whether the two of a direct chat let each other know what they have read: only while both do, and no block stands between. */
@Injectable()
export class ReceiptPrivacy implements OnModuleInit {
  private readonly settings = new LRUCache<string, Promise<boolean>>({ max: 50_000, ttl: TTL_MS });

  constructor(
    private readonly privacy: PrivacyService,
    private readonly blocks: BlocksService,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.events.onAnywhere('user.privacy_changed', ({ userId }) => {
      this.settings.delete(userId);
    });
    this.events.onGap(() => this.settings.clear());
  }

  async isShown(userId: string, otherId: string): Promise<boolean> {
    const [sends, receives, unblocked] = await Promise.all([
      this.sends(userId),
      this.sends(otherId),
      this.blocks.withoutBlocked(userId, [otherId]),
    ]);
    return sends && receives && unblocked.length > 0;
  }

  private sends(userId: string): Promise<boolean> {
    const known = this.settings.get(userId);
    if (known) return known;
    const sends = this.privacy.settingsOf(userId).then(({ readReceipts }) => readReceipts);
    this.settings.set(userId, sends);
    sends.catch(() => this.settings.get(userId) === sends && this.settings.delete(userId));
    return sends;
  }
}
