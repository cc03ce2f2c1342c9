import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MediaReferenceRegistry, type MediaReferences } from '../media/media-references.js';
import { ReportsRepository } from './reports.repository.js';

/** Files of what was reported: kept for the operators, and shown to nobody by it. */
@Injectable()
export class ReportMedia implements MediaReferences, OnModuleInit {
  constructor(
    private readonly registry: MediaReferenceRegistry,
    private readonly reports: ReportsRepository,
  ) {}

  onModuleInit(): void {
    this.registry.add(this);
  }

  shows(): Promise<boolean> {
    return Promise.resolve(false);
  }

  held(mediaIds: readonly string[]): Promise<Set<string>> {
    return this.reports.findKeptMedia(mediaIds);
  }
}
