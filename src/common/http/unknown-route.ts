import { Injectable, NotFoundException, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Request, Response } from 'express';

import { statusOf, toErrorInfo } from '../errors/error-body.js';

/** Nest answers unknown routes below `/api` only; Express would answer the others with a page. */
@Injectable()
export class UnknownRoute implements OnApplicationBootstrap {
  constructor(private readonly host: HttpAdapterHost) {}

  /** By now every route is registered, so this comes last. */
  onApplicationBootstrap(): void {
    const error = toErrorInfo(new NotFoundException());
    this.host.httpAdapter.use((_request: Request, response: Response) => {
      response.status(statusOf(error)).json({ statusCode: statusOf(error), error });
    });
  }
}
