import { Injectable } from '@nestjs/common';

import { ValidationError } from '../common/errors/app-error.js';
import { decodeCursor, DEFAULT_PAGE, encodeCursor, type Page } from '../common/pagination/cursor.js';
import type { SearchUsersDto } from './dto/search-users.dto.js';
import { nameKeyOf, normaliseEmail, normalisePhone, PHONE } from './normalise.js';
import type { UserRecord } from './user.record.js';
import { UsersRepository } from './users.repository.js';

const MIN_NAME = 2;

/** Finds people by what one knows of them; each way is bound by an index. */
@Injectable()
export class UserSearchService {
  constructor(private readonly users: UsersRepository) {}

  async search({ search, cursor, limit = DEFAULT_PAGE }: SearchUsersDto): Promise<Page<UserRecord>> {
    if (search.includes('@')) return this.byEmail(search);
    // A bare "+" in a query string arrives as a space, so digits alone count as a number too.
    const phone = `+${normalisePhone(search).replace(/^\+/, '')}`;
    return PHONE.test(phone) ? this.byPhone(phone, cursor, limit) : this.byName(search, cursor, limit);
  }

  private async byEmail(search: string): Promise<Page<UserRecord>> {
    const user = await this.users.findByEmail(normaliseEmail(search));
    return { items: user ? [user] : [], nextCursor: null };
  }

  private async byPhone(phone: string, cursor: string | undefined, limit: number): Promise<Page<UserRecord>> {
    const afterId = cursor === undefined ? null : String(decodeCursor(cursor, ['id'])[0]);
    const users = await this.users.findPageByPhone(phone, { afterId, limit: limit + 1 });
    return toPage(users, limit, (last) => [last.id]);
  }

  private async byName(search: string, cursor: string | undefined, limit: number): Promise<Page<UserRecord>> {
    const prefix = nameKeyOf(search);
    // Invisible characters are no part of the key: without this check they would list everybody.
    if (Array.from(prefix).length < MIN_NAME) {
      throw ValidationError.of(
        'search',
        'minLength',
        `search must have at least ${MIN_NAME} visible characters`,
      );
    }
    const [nameKey, id] = cursor === undefined ? [] : decodeCursor(cursor, ['string', 'id']).map(String);
    const after = nameKey !== undefined && id !== undefined ? { nameKey, id } : null;
    const users = await this.users.findPageByNamePrefix(prefix, { after, limit: limit + 1 });
    return toPage(users, limit, (last) => [nameKeyOf(last.name), last.id]);
  }
}

/** `users` holds one more than a page where there is a next one. */
function toPage(users: UserRecord[], limit: number, keyOf: (last: UserRecord) => string[]): Page<UserRecord> {
  const items = users.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: users.length > limit && last ? encodeCursor(keyOf(last)) : null };
}
