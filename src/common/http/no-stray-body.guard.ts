import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { ValidationError } from '../errors/app-error.js';

/** Where Nest keeps the decorated parameters of a handler, by keys such as `3:0`; 3 stands for the body. */
const ROUTE_ARGUMENTS = '__routeArguments__';
const BODY = '3:';

/** A route that takes no body refuses its fields by name, as one that takes a body refuses those it does not know. */
@Injectable()
export class NoStrayBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { body } = context.switchToHttp().getRequest<Request & { body?: unknown }>();
    if (typeof body !== 'object' || body === null) return true;
    const fields = Object.keys(body);
    if (fields.length === 0 || takesBody(context)) return true;
    const field = (fields[0] as string).slice(0, 100).toWellFormed();
    throw ValidationError.of(
      field,
      'whitelistValidation',
      `${field} is not a known field: this route takes no body`,
    );
  }
}

function takesBody(context: ExecutionContext): boolean {
  const args: object =
    Reflect.getMetadata(ROUTE_ARGUMENTS, context.getClass(), context.getHandler().name) ?? {};
  return Object.keys(args).some((key) => key.startsWith(BODY));
}
