import cluster from 'node:cluster';

import type { INestApplicationContext, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { APP_OPTIONS, setupApp } from './app.setup.js';
import { WorkerFailed } from './cluster/workers/worker-failed.js';
import { AppLogger } from './common/app-logger.js';
import { HttpAdapter } from './common/http/http.adapter.js';
import { AppConfig } from './config/app-config.js';
import { ConfigurationError } from './config/environment.js';
import { EngineStartError } from './database/embedded/engine-start-error.js';

const LEVELS: LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];
const BEFORE_SETTINGS: LogLevel[] = ['fatal', 'error', 'warn', 'log'];
const QUIET = { logger: false, abortOnError: false } as const;

/** Starts the server. What the operator can mend is printed without a stack; exit code 1. */
export async function bootstrap(): Promise<void> {
  try {
    if (cluster.isPrimary && (await countWorkers()) > 1) await startPrimary();
    else await startApp();
  } catch (error) {
    fail(error);
  }
}

/*
 * Modules are imported where they are used: a bad setting throws while they are made, and must be reported above.
 */

async function countWorkers(): Promise<number> {
  const { ConfigModule } = await import('./config/config.module.js');
  const context = await NestFactory.createApplicationContext(ConfigModule, QUIET);
  return context.get(AppConfig).workers;
}

/** Creates the app and listens; a worker leaves it to the primary to tell. */
async function startApp(): Promise<void> {
  const { AppModule } = await import('./app.module.js');
  const logger = firstLogger();
  const options = { ...APP_OPTIONS, logger };
  const app = await NestFactory.create<NestExpressApplication>(AppModule, new HttpAdapter(), options);
  const config = app.get(AppConfig);
  useLogger(app, logger);
  setupApp(app);
  await app.listen(config.port, config.host);
  if (cluster.isPrimary) announce(await app.getUrl());
}

async function startPrimary(): Promise<void> {
  const { PrimaryModule } = await import('./cluster/workers/primary.module.js');
  const { WorkerSupervisor } = await import('./cluster/workers/worker-supervisor.js');
  const logger = firstLogger();
  const options = { bufferLogs: true, abortOnError: false, logger };
  const primary = await NestFactory.createApplicationContext(PrimaryModule, options);
  useLogger(primary, logger);
  primary.enableShutdownHooks([], { useProcessExit: true });
  try {
    const port = await primary.get(WorkerSupervisor).start();
    announce(urlOf(primary.get(AppConfig).host, port));
  } catch (error) {
    await primary.close();
    throw error;
  }
}

/** What keeps the server from starting is one message: Nest would print the wiring that it held back before it. */
function firstLogger(): AppLogger {
  const logger = new AppLogger();
  logger.setLogLevels(BEFORE_SETTINGS);
  return logger;
}

function useLogger(app: INestApplicationContext, logger: AppLogger): void {
  logger.setLogLevels(LEVELS.slice(0, LEVELS.indexOf(app.get(AppConfig).logLevel) + 1));
  app.useLogger(logger);
}

function urlOf(host: string, port: number): string {
  const name = host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function announce(url: string): void {
  const base = url.replace('[::1]', 'localhost').replace('0.0.0.0', 'localhost');
  console.log(
    `Parley listens on ${base}  (API and try-out: ${base}/docs, socket events: ${base}/docs/events)`,
  );
}

function fail(error: unknown): void {
  if (error instanceof WorkerFailed && error.isTold) process.exit(1);
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
const CONNECTING = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoParseError',
  'MongoInvalidArgumentError',
]);
