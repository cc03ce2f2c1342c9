import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import { findAtOnce } from '../database/read-at-once.js';
import { Block } from './block.schema.js';
import { SavedPeopleRepository, type SavedPerson } from './saved-people.repository.js';

/** The blocks between one user and others. */
export interface BlocksBetween {
  /** Who has blocked the user. */
  blockers: Set<string>;
  /** Whom the user has blocked. */
  blocked: Set<string>;
}

/** More in one query could meet more blocks that nobody asks about, the square of it at worst. */
const PAIRS_AT_ONCE = 100;

type Pair = Pick<SavedPerson, 'ownerId' | 'userId'>;

@Injectable()
export class BlocksRepository extends SavedPeopleRepository {
  constructor(@InjectModel(Block.name) model: Model<Block>) {
    super(model);
  }

  /** Both directions between the user and these others, in one query. */
  async findBetween(userId: string, otherIds: readonly string[]): Promise<BlocksBetween> {
    const user = toObjectId(userId);
    const others = otherIds.map(toObjectId);
    const rows = await this.model
      .find(
        {
          $or: [
            { ownerId: user, userId: { $in: others } },
            { userId: user, ownerId: { $in: others } },
          ],
        },
        { _id: 0, ownerId: 1, userId: 1 },
      )
      .lean<Pair[]>();
    return split(userId, rows);
  }

  /** The blocks between the two of each pair, in either direction, and maybe others, as `ownerId + userId`. */
  async findWithin(pairs: readonly [string, string][]): Promise<Set<string>> {
    const portions: Promise<Set<string>>[] = [];
    for (let from = 0; from < pairs.length; from += PAIRS_AT_ONCE) {
      portions.push(this.findAmongAll([...new Set(pairs.slice(from, from + PAIRS_AT_ONCE).flat())]));
    }
    return new Set((await Promise.all(portions)).flatMap((found) => [...found]));
  }

  /** All blocks among these people. Most have none, so it costs a third of what a branch for each pair does. */
  private async findAmongAll(userIds: readonly string[]): Promise<Set<string>> {
    const among = { $in: userIds.map(toObjectId) };
    const rows = await findAtOnce(this.model, {
      filter: { ownerId: among, userId: among },
      projection: { _id: 0, ownerId: 1, userId: 1 },
      hint: { ownerId: 1, userId: 1 },
      limit: userIds.length ** 2,
    });
    return new Set(rows.map(({ ownerId, userId }) => ownerId.toHexString() + userId.toHexString()));
  }

  /** Which of `ids` the user has blocked, and since when. */
  async findSince(ownerId: string, ids: readonly string[]): Promise<Map<string, Date>> {
    const rows = await this.model
      .find(
        { ownerId: toObjectId(ownerId), userId: { $in: ids.map(toObjectId) } },
        { _id: 0, userId: 1, createdAt: 1 },
      )
      .lean<Pick<SavedPerson, 'userId' | 'createdAt'>[]>();
    return new Map(rows.map(({ userId, createdAt }) => [userId.toHexString(), createdAt]));
  }

  /** By user of these: everybody with whom there is a block, in either direction. */
  async findAround(userIds: readonly string[]): Promise<Map<string, BlocksBetween>> {
    const users = userIds.map(toObjectId);
    const rows = await this.model
      .find(
        { $or: [{ ownerId: { $in: users } }, { userId: { $in: users } }] },
        { _id: 0, ownerId: 1, userId: 1 },
      )
      .lean<Pair[]>();
    const around = new Map(userIds.map((userId) => [userId, noBlocks()]));
    for (const { ownerId, userId } of rows) {
      const [owner, blocked] = [ownerId.toHexString(), userId.toHexString()];
      around.get(owner)?.blocked.add(blocked);
      around.get(blocked)?.blockers.add(owner);
    }
    return around;
  }
}

function noBlocks(): BlocksBetween {
  return { blockers: new Set(), blocked: new Set() };
}

function split(userId: string, rows: Pair[]): BlocksBetween {
  const between = noBlocks();
  for (const row of rows) {
    const ownerId = row.ownerId.toHexString();
    if (ownerId === userId) between.blocked.add(row.userId.toHexString());
    else between.blockers.add(ownerId);
  }
  return between;
}
