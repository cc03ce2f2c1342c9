import { ValidationError } from '../errors/app-error.js';

/** The `Idempotency-Key` header of a creating call: 1-64 visible ASCII characters, valid 24 h. */
export function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (/^[\x21-\x7e]{1,64}$/.test(header)) return header;
  throw ValidationError.of(
    'Idempotency-Key',
    'length',
    'Idempotency-Key must be 1 to 64 visible ASCII characters',
  );
}
