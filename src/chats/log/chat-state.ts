import { type ObjectId, toObjectId } from '../../database/object-id.js';
import type { ChatLogRow } from './chat-log.schema.js';
import { type ChatProfile, DEFAULT_SETTINGS, NO_INFO } from './chat-profile.js';

export type ChatType = 'direct' | 'group';
export type ChatRole = 'owner' | 'admin' | 'member';

/** Changes of messages that a state remembers one by one. */
const MAX_REMEMBERED_CHANGES = 500;

export interface ChatRosterEntry {
  userId: string;
  role: ChatRole;
  joinedAt: Date;
}

/**
 * What a chat's log adds up to at one `rev`: pure, no I/O. Writers check their rules against it, and
 * the log refuses a row whose writer had not seen the row before it, so a rule once checked holds.
 */
export class ChatState {
  private audienceCache: readonly string[] | null = null;
  private idCache: ObjectId | null = null;
  /** The last change of each message that was changed lately, oldest first; complete above `unknownUpTo`. */
  private readonly changed = new Map<string, number>();
  private unknownUpTo = 0;

  constructor(
    readonly chatId: string,
    readonly type: ChatType,
    /** `rev` of the last row applied; 0 before the first. */
    public rev: number,
    /** `seq` of the last message; 0 before the first. */
    public seq: number,
    private readonly roster: Map<string, ChatRosterEntry>,
    /** When the chat last moved, for the order of chat lists. */
    public lastActivityAt: Date,
    /** A new object after each change of it. */
    public profile: ChatProfile = { info: NO_INFO, settings: DEFAULT_SETTINGS },
    /** The pinned messages by id, with the moment from which on there is nothing left of them. */
    private readonly pins = new Map<string, Date | undefined>(),
  ) {}

  /** `chatId` as rows have it. */
  get id(): ObjectId {
    return (this.idCache ??= toObjectId(this.chatId));
  }

  has(userId: string): boolean {
    return this.roster.has(userId);
  }

  roleOf(userId: string): ChatRole | null {
    return this.roster.get(userId)?.role ?? null;
  }

  get memberCount(): number {
    return this.roster.size;
  }

  /** In the order of joining. */
  get members(): ChatRosterEntry[] {
    return [...this.roster.values()];
  }

  /** Ids of all members. A new array after each change of the roster: one handed out stays as it was, frozen. */
  get audience(): readonly string[] {
    return (this.audienceCache ??= Object.freeze([...this.roster.keys()]));
  }

  apply(row: ChatLogRow): void {
    this.rev = row.rev;
    this.seq = row.seq ?? row.lastSeq ?? this.seq;
    if (row.kind === 'message_changed') return this.applyChange(row);
    this.lastActivityAt = row.createdAt;
    switch (row.kind) {
      case 'message':
        return;
      case 'info':
      case 'settings':
        this.applyProfile(row);
        return;
      case 'created':
      case 'members_added':
      case 'member_role':
        this.applyProfile(row);
        for (const member of row.members ?? []) {
          const userId = member.userId.toHexString();
          const joinedAt = this.roster.get(userId)?.joinedAt ?? row.createdAt;
          this.roster.set(userId, { userId, role: member.role, joinedAt });
        }
        break;
      case 'member_removed':
        this.roster.delete(row.removedId?.toHexString() ?? '');
        this.promote(row.newOwnerId?.toHexString());
        break;
    }
    this.audienceCache = null;
  }

  isPinned(messageId: string): boolean {
    return this.pins.has(messageId);
  }

  /** Those that have disappeared hold no place. */
  pinCount(now: Date): number {
    return [...this.pins.values()].filter((expiresAt) => !expiresAt || expiresAt > now).length;
  }

  /** Whether a message was, or may have been, changed behind `rev`: somebody who read it there must read it again. */
  mayHaveChanged(messageId: string, rev: number): boolean {
    return rev < this.unknownUpTo || (this.changed.get(messageId) ?? 0) > rev;
  }

  private applyProfile({ info, settings }: ChatLogRow): void {
    if (info) this.profile = { ...this.profile, info };
    if (settings) this.profile = { ...this.profile, settings };
  }

  private applyChange({ rev, messageId, change }: ChatLogRow): void {
    const id = messageId?.toHexString() ?? '';
    if (change?.type === 'pinned' && change.isPinned) this.pins.set(id, change.expiresAt);
    else if (change?.type === 'pinned' || change?.type === 'deleted') this.pins.delete(id);
    this.changed.delete(id);
    this.changed.set(id, rev);
    const [oldest] = this.changed;
    if (this.changed.size <= MAX_REMEMBERED_CHANGES || !oldest) return;
    this.changed.delete(oldest[0]);
    this.unknownUpTo = oldest[1];
  }

  private promote(userId: string | undefined): void {
    const heir = userId ? this.roster.get(userId) : undefined;
    if (heir) this.roster.set(heir.userId, { ...heir, role: 'owner' });
  }

  /** Who inherits when the owner goes: the longest-standing admin, else the longest-standing member. */
  heirOf(ownerId: string): string | null {
    const others = this.members.filter((member) => member.userId !== ownerId);
    return (others.find((member) => member.role === 'admin') ?? others[0])?.userId ?? null;
  }
}
