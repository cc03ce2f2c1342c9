import type { NestApplicationOptions } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';

import { RedisLink } from './cluster/redis-link.js';
import { PrimaryChannel } from './cluster/workers/primary-channel.js';
import { requestDeadline } from './common/http/request-deadline.middleware.js';
import { requireJson } from './common/http/require-json.middleware.js';
import { AppConfig } from './config/app-config.js';
import { setupDocs } from './docs/docs.setup.js';
import { eventsFirst } from './gateways/events-first.middleware.js';
import { FrameBatcher } from './gateways/frame-batcher.js';
import { SocketIoAdapter } from './gateways/socket-io.adapter.js';

/** REST bodies beyond this are `PAYLOAD_TOO_LARGE`: room for the ids of the largest group and the longest sync. */
const MAX_BODY = '256kb';

/** Longer than the idle time of usual load balancers, which else reuse a connection that we just closed. */
const KEEP_ALIVE_MS = 65_000;

/** What scripts of other origins may read of an answer. */
const EXPOSED_HEADERS = ['Retry-After', 'ETag', 'Content-Range', 'Content-Disposition'];

/** A large file over a slow line; what stands still meanwhile is cut by whoever reads it. */
const REQUEST_MS = 3_600_000;

/** Options of the app that must be given when it is created. */
export const APP_OPTIONS = {
  bodyParser: false,
  bufferLogs: true,
  abortOnError: false,
  forceCloseConnections: true,
} satisfies NestApplicationOptions;

/** Everything between creating the app and listening; tests start theirs the same way. */
export function setupApp(app: NestExpressApplication): void {
  const config = app.get(AppConfig);
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready'] });
  app.set('trust proxy', config.trustProxy);
  app.disable('x-powered-by');
  // Files have tags of their own. What else is answered is not asked for again by its tag, and a hash of it costs.
  app.disable('etag');
  // The Swagger page brings its scripts inline; what we serve besides is JSON.
  app.use(helmet({ contentSecurityPolicy: false, crossOriginResourcePolicy: { policy: 'cross-origin' } }));
  app.enableCors({ origin: config.corsOrigin, credentials: true, exposedHeaders: EXPOSED_HEADERS });
  app.use(requestDeadline);
  app.use(requireJson);
  app.useBodyParser('json', { limit: MAX_BODY });
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  app.getHttpServer().requestTimeout = REQUEST_MS;
  const frames = new FrameBatcher();
  app.use(eventsFirst(frames));
  const redis = app.get<RedisLink | null>(RedisLink);
  const primary = app.get<PrimaryChannel | null>(PrimaryChannel);
  app.useWebSocketAdapter(new SocketIoAdapter(app, config, { redis, primary }, frames));
  // Being told to stop, and having stopped in order, is no failure.
  app.enableShutdownHooks([], { useProcessExit: true });
  setupDocs(app);
}
