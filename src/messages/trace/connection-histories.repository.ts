import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type AnyBulkWriteOperation, type Model, type mongo } from 'mongoose';

import { toObjectId } from '../../database/object-id.js';
import { ConnectionHistory, type ConnectionSpan } from './connection-history.schema.js';

@Injectable()
export class ConnectionHistoriesRepository {
  constructor(@InjectModel(ConnectionHistory.name) private readonly model: Model<ConnectionHistory>) {}

  /** Straight to the driver: a reconnect storm makes thousands of these at once. */
  private get rows(): mongo.Collection<ConnectionHistory> {
    return this.model.collection as unknown as mongo.Collection<ConnectionHistory>;
  }

  /** Adds spans that ended, of many users in one command, and keeps the latest `max` of each. */
  async append(
    spans: ReadonlyMap<string, readonly ConnectionSpan[]>,
    { max, expiresAt }: { max: number; expiresAt: Date },
  ): Promise<void> {
    const writes = [...spans].map(([userId, added]): AnyBulkWriteOperation<ConnectionHistory> => ({
      updateOne: {
        filter: { _id: toObjectId(userId) },
        update: { $push: { spans: { $each: [...added], $slice: -max } }, $max: { expiresAt } },
        upsert: true,
      },
    }));
    if (writes.length > 0) await this.rows.bulkWrite(writes as never, { ordered: false });
  }

  async findByUsers(userIds: readonly string[]): Promise<Map<string, ConnectionSpan[]>> {
    const rows = await this.rows.find({ _id: { $in: userIds.map(toObjectId) } }).toArray();
    return new Map(rows.map(({ _id, spans }) => [_id.toHexString(), spans]));
  }

  async remove(userId: string): Promise<void> {
    await this.rows.deleteOne({ _id: toObjectId(userId) });
  }

  /** Up to `limit` of those past their time. Answers how many. */
  async sweep(now: Date, limit: number): Promise<number> {
    const past = await this.rows
      .find({ expiresAt: { $lte: now } }, { projection: { _id: 1 } })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .toArray();
    if (past.length > 0) await this.rows.deleteMany({ _id: { $in: past.map(({ _id }) => _id) } });
    return past.length;
  }
}
