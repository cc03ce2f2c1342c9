import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ndjson } from '../../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../../common/personal-data/personal-data.js';
import { Connections } from './connections.service.js';

/**
 * When somebody's devices were connected, to take along and to remove. The sockets of who goes may close
 * after that: such a connection goes with the last pass.
 */
@Injectable()
export class ConnectionsData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'connections';

  constructor(
    private readonly data: PersonalData,
    private readonly connections: Connections,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    yield ndjson('connections.ndjson', this.ended(userId));
  }

  erase(userId: string): Promise<void> {
    return this.connections.forget(userId);
  }

  private async *ended(userId: string) {
    const found = await this.connections.stored(userId);
    for (const { sessionId, from, to } of found) yield { sessionId, from, to };
  }
}
