import type { RequestHandler } from 'express';

import type { FrameBatcher } from './frame-batcher.js';

/** Sends the events that a request brought about before its response. */
export function eventsFirst(frames: FrameBatcher): RequestHandler {
  return (_request, response, next) => {
    const { writeHead } = response;
    response.writeHead = function behindEvents(this: typeof response, ...args: unknown[]) {
      frames.flushEvents();
      return Reflect.apply(writeHead, this, args) as typeof response;
    };
    next();
  };
}
