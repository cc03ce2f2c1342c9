import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';

import { ClientEventsExplorer } from './client-events.explorer.js';

@Module({ imports: [DiscoveryModule], providers: [ClientEventsExplorer] })
export class DocsModule {}
