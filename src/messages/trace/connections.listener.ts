import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../../events/domain-events.js';
import { Connections } from './connections.service.js';

/** Sockets that come and go -> when somebody's devices were connected. */
@Injectable()
export class ConnectionsListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly connections: Connections,
  ) {}

  onModuleInit(): void {
    this.events.on('device.connected', (device) => this.connections.connected(device));
    this.events.on('device.disconnected', (device) => this.connections.disconnected(device));
  }
}
