import { UnavailableError } from '../common/errors/app-error.js';

/** The longest that a database operation may take before its caller goes on without its answer. */
const DEADLINE_MS = 10_000;

/**
 * Bounds a database operation. The driver (7.8) can wait for ever on a connection that died at the wrong
 * moment, and its own time limits do not see that; whoever must not wait for ever asks through here. The
 * operation may still have happened: only what can be retried may use it.
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
