import { type ClientRequest, request } from 'node:http';

import type { RawResponse } from './raw-http.js';

const BOUNDARY = 'xx-boundary-xx';

/** A multipart body as somebody might write it by hand. */
export function formOf(...parts: { headers: string; body: string | Buffer }[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ headers, body }) => [
      Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`),
      Buffer.from(body),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}

export const filePart = (body: string | Buffer, field = 'file', name = 'x.bin') => ({
  headers: `Content-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: image/png`,
  body,
});

export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** An upload that is under way, of which a test decides when and how it goes on. */
export class RawUpload {
  readonly answered: Promise<RawResponse>;
  private readonly request: ClientRequest;

  constructor(url: string, headers: Record<string, string>) {
    const { hostname, port } = new URL(url);
    this.request = request({
      hostname,
      port,
      method: 'POST',
      path: '/api/media',
      headers: { 'content-type': FORM_TYPE, ...headers },
    });
    this.answered = new Promise((resolve, reject) => {
      this.request.once('error', reject);
      this.request.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: JSON.parse(text),
          }),
        );
      });
    });
    this.answered.catch(() => undefined);
  }

  /** Resolves when it is on its way. */
  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.request.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  end(): void {
    this.request.end();
  }

  /** The connection breaks. */
  cut(): void {
    this.request.destroy();
  }
}
