import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

import type { Schemas } from './schema.js';

/** What the documents say of DTO classes, by class name. */
export function schemasOf(app: INestApplication, classes: readonly Type[]): Schemas {
  const config = new DocumentBuilder().build();
  const document = SwaggerModule.createDocument(app, config, { include: [], extraModels: [...classes] });
  return document.components?.schemas as Schemas;
}
