import type { LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { APP_OPTIONS, setupApp } from './app.setup.js';
import { AppLogger } from './common/app-logger.js';
import { AppConfig } from './config/app-config.js';
import { ConfigurationError } from './config/environment.js';
import { EngineStartError } from './database/embedded/engine-start-error.js';

const LEVELS: LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];
const BEFORE_SETTINGS: LogLevel[] = ['fatal', 'error', 'warn', 'log'];

/** Creates the app and listens. What the operator can mend is printed without a stack; exit code 1. */
export async function bootstrap(): Promise<void> {
  try {
    // Imported here: a bad setting throws while the modules are made, and must be reported below.
    const { AppModule } = await import('./app.module.js');
    const logger = new AppLogger();
    // What keeps it from starting is one message: Nest would print the wiring that it held back before it.
    logger.setLogLevels(BEFORE_SETTINGS);
    const app = await NestFactory.create<NestExpressApplication>(AppModule, { ...APP_OPTIONS, logger });
    const config = app.get(AppConfig);
    logger.setLogLevels(LEVELS.slice(0, LEVELS.indexOf(config.logLevel) + 1));
    app.useLogger(logger);
    setupApp(app);
    await app.listen(config.port, config.host);
    announce(await app.getUrl());
  } catch (error) {
    fail(error);
  }
}

function announce(url: string): void {
  const base = url.replace('[::1]', 'localhost').replace('0.0.0.0', 'localhost');
  console.log(
    `Parley listens on ${base}  (API and try-out: ${base}/docs, socket events: ${base}/docs/events)`,
  );
}

function fail(error: unknown): void {
  const mendable = mendableReason(error);
  console.error(mendable === null ? error : `Parley can't start. ${mendable}`);
  process.exit(1);
}

/** What the operator can do something about, with the setting that it hangs on. */
function mendableReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ConfigurationError || error instanceof EngineStartError) return error.message;
  if ('syscall' in error && LISTENING.has(String(error.syscall))) return `HOST, PORT: ${error.message}`;
  return CONNECTING.has(error.name) ? `MONGODB_URI: ${error.message}` : null;
}

const LISTENING = new Set(['listen', 'getaddrinfo']);
const CONNECTING = new Set(['MongooseServerSelectionError', 'MongoParseError', 'MongoInvalidArgumentError']);
