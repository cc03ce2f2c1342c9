let isInterrupted = false;

/** Ends a run like any other failure, so that its server is stopped and its data removed. */
export const interrupted = new Promise((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      isInterrupted = true;
      reject(new Error('interrupted'));
    });
  }
});
interrupted.catch(() => {});

export function wasInterrupted() {
  return isInterrupted;
}
