import { UnavailableError } from '../common/errors/app-error.js';

/** The longest that a database operation may take before its caller goes on without its answer. */
const DEADLINE_MS = 10_000;

/**
 * Bounds a database operation: a server that takes connections and stays silent would be waited for without
 * end, and whoever holds up others must not do so. The operation may still have happened: only what can be
 * retried may use it.
 */
export async function withDeadline<T>(operation: Promise<T>, ms = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new UnavailableError('The database did not answer in time')), ms);
  });
  try {
    return await Promise.race([operation, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
