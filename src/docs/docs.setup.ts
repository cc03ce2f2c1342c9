import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

import { addCommonErrors } from '../common/http/api-errors.decorator.js';

/** Swagger UI at `/docs`, OpenAPI at `/docs-json`. */
export function setupDocs(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Parley')
    .setDescription('Chat and call backend. Socket events: [/docs/events](/docs/events).')
    .setVersion('1')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: '`accessToken` of a login',
    })
    .build();
  const document = () => addCommonErrors(SwaggerModule.createDocument(app, config));
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Parley API',
    swaggerOptions: { persistAuthorization: true },
  });
}
