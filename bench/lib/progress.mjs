const LOG_EVERY_MS = 5_000;

/** One line that is rewritten on a terminal; a log gets a line every few seconds, and each round's outcome. */
export function createProgress(label) {
  let writtenAt = performance.now();
  return (text, isLast = false) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${label}: ${text}${isLast ? '\n' : ''}`);
    else if (isLast || performance.now() - writtenAt > LOG_EVERY_MS) {
      writtenAt = performance.now();
      process.stderr.write(`${label}: ${text}\n`);
    }
  };
}
