import type { RequestHandler } from 'express';

import type { FrameBatcher } from './frame-batcher.js';

/** Sends the events that a request brought about before its response. */
export function eventsFirst(frames: FrameBatcher): RequestHandler {
  return (_request, response, next) => {
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => typeof response;
    response.writeHead = function behindEvents(...args: unknown[]) {
      frames.flushEvents();
      return writeHead(...args);
    };
    next();
  };
}
