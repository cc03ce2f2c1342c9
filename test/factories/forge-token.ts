import { createHmac, type KeyObject } from 'node:crypto';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT with any header and any claims, signed with any key: also such as the server would never make. */
export function forgeToken(
  claims: unknown,
  key: string | KeyObject,
  { header = { alg: 'HS256', typ: 'JWT' }, digest = 'sha256' }: { header?: object; digest?: string } = {},
): string {
  const content = `${base64(header)}.${base64(claims)}`;
  return `${content}.${createHmac(digest, key).update(content).digest('base64url')}`;
}

/** The same without any signature. */
export function unsignedToken(claims: unknown, header: object = { alg: 'none', typ: 'JWT' }): string {
  return `${base64(header)}.${base64(claims)}.`;
}
