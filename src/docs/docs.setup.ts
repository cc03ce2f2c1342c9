import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Express } from 'express';

import { addCommonErrors } from '../common/http/api-errors.decorator.js';
import { asyncApiDocument } from './asyncapi/asyncapi.document.js';
import type { AsyncApiDocument } from './asyncapi/asyncapi.types.js';
import { toJsonSchema } from './asyncapi/json-schema.js';
import { type ClientEventDoc, ClientEventsExplorer } from './client-events.explorer.js';
import { eventsPage } from './events-page/events-page.js';
import { addRequestExamples } from './request-examples.js';
import { SERVER_EVENT_DOCS } from './server-events.js';
import { HandshakeRefusalView, SocketErrorView } from './server-events.views.js';

/** REST: page at `/docs`, OpenAPI at `/docs-json`. Socket events: page at `/docs/events`, AsyncAPI at `/docs/events-json`. */
export function setupDocs(app: NestExpressApplication): void {
  const clientEvents = once(() => app.get(ClientEventsExplorer).explore());
  const openApi = once(() => openApiDocument(app, clientEvents()));
  const asyncApi = once(() => asyncApiOf(openApi(), clientEvents()));
  const page = once(() => eventsPage(asyncApi()));
  // Before Swagger, which takes everything below /docs for its own files.
  const express: Express = app.getHttpAdapter().getInstance();
  express.get('/docs/events-json', (_, response) => void response.json(asyncApi()));
  express.get('/docs/events', (_, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    response.type('html').send(page());
  });
  SwaggerModule.setup('docs', app, openApi, {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Parley API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
}

/** With the classes of socket events among its schemas, so that each class is described in one way. */
function openApiDocument(app: NestExpressApplication, clientEvents: ClientEventDoc[]): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Parley')
    .setDescription(
      'Chat and call backend. Register, log in, and give the `accessToken` to **Authorize**. ' +
        'Socket events: [/docs/events](/docs/events).',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: '`accessToken` of a login',
    })
    .build();
  const extraModels = [
    ...clientEvents.flatMap(({ payload, ack, ackByUser }) => [payload, ack, ackByUser]),
    ...Object.values(SERVER_EVENT_DOCS).map(({ payload }) => payload),
    SocketErrorView,
    HandshakeRefusalView,
  ].filter((model) => model !== null && model !== undefined);
  const document = SwaggerModule.createDocument(app, config, { extraModels: [...new Set(extraModels)] });
  return addRequestExamples(addCommonErrors(document));
}

function asyncApiOf({ components }: OpenAPIObject, clientEvents: ClientEventDoc[]): AsyncApiDocument {
  const schemas = Object.entries(components?.schemas ?? {}).map(([name, schema]) => [
    name,
    toJsonSchema(schema),
  ]);
  return asyncApiDocument(clientEvents, Object.fromEntries(schemas));
}

/** The documents are made when first asked for, and stay as they are. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
