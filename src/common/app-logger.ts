import { ConsoleLogger } from '@nestjs/common';

/** Nest tells each module, route and event that it wires: of use when wiring is the question, noise otherwise. */
const WIRING = new Set([
  'InstanceLoader',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

/** Lines for people on a terminal; Nest's own wiring only from level `debug` on. */
export class AppLogger extends ConsoleLogger {
  constructor() {
    super({ prefix: 'Parley' });
  }

  override log(message: unknown, ...optionalParams: unknown[]): void {
    const context = optionalParams.at(-1);
    if (typeof context === 'string' && WIRING.has(context)) super.debug(message, ...optionalParams);
    else super.log(message, ...optionalParams);
  }

  /** What keeps the server from starting is thrown as well, and printed where it is caught. */
  override error(message: unknown, ...optionalParams: unknown[]): void {
    if (optionalParams.at(-1) !== 'ExceptionHandler') super.error(message, ...optionalParams);
  }
}
