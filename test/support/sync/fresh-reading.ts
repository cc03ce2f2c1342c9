import type { ChatView } from '../../../src/chats/chat.view.js';
import type { MessageView } from '../../../src/messages/message.view.js';
import type { TestApp, TestUser } from '../create-test-app.js';
import type { SeededRandom } from '../seeded-random.js';
import { idsOf, type Seen, seenChat } from './views.js';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** All that a user sees, read from REST by somebody who holds nothing. */
export class FreshReading {
  constructor(
    private readonly app: TestApp,
    private readonly user: TestUser,
    private readonly random: SeededRandom,
  ) {}

  async all(): Promise<Seen> {
    const [chats, user, privacy, contacts] = await Promise.all([
      this.pages<ChatView>('/api/chats'),
      this.get<object>('/api/users/me'),
      this.get<object>('/api/users/me/privacy'),
      this.pages<{ id: string }>('/api/contacts'),
    ]);
    const seen: Seen['chats'] = {};
    for (const chat of chats) seen[chat.id] = seenChat(chat, await this.history(chat.id));
    return { chats: seen, user, contactIds: idsOf(contacts), privacy };
  }

  /** Ids of what is starred. */
  async starred(): Promise<string[]> {
    return idsOf(await this.pages<MessageView>('/api/messages/starred'));
  }

  /** From one end or the other, in pages of any size. */
  private async history(chatId: string): Promise<MessageView[]> {
    const isForward = this.random.chance(0.5);
    const found: MessageView[] = [];
    for (let hasMore = true; hasMore;) {
      const at = isForward ? `after=${found.at(-1)?.seq ?? 0}` : `before=${found[0]?.seq ?? 1_000_000}`;
      const path = `/api/chats/${chatId}/messages?${at}&limit=${10 + this.random.below(90)}`;
      const page = await this.get<{ items: MessageView[]; hasMore: boolean }>(path);
      if (isForward) found.push(...page.items);
      else found.unshift(...page.items);
      hasMore = page.hasMore;
    }
    return found;
  }

  private async pages<T>(path: string): Promise<T[]> {
    const found: T[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `limit=${1 + this.random.below(20)}${cursor && `&cursor=${cursor}`}`;
      const page: Page<T> = await this.get<Page<T>>(`${path}?${query}`);
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    return found;
  }

  private async get<T>(path: string): Promise<T> {
    return (await this.app.http.get(path).set(this.user.auth).expect(200)).body as T;
  }
}
