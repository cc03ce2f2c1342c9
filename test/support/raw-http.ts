import { Agent, request as send } from 'node:http';

export interface RawRequest {
  method: string;
  /** Sent as it is: neither encoded nor normalised. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer | undefined;
}

export interface RawResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The parsed body; `undefined` where it is no JSON. */
  body: any;
}

/** Requests as no decent client would send them, over kept-alive connections. */
export class RawHttp {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private readonly host: string;
  private readonly port: string;

  constructor(
    url: string,
    private readonly defaults: Record<string, string> = {},
  ) {
    ({ hostname: this.host, port: this.port } = new URL(url));
  }

  json(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<RawResponse> {
    return this.send({ method, path, body: JSON.stringify(body), headers });
  }

  send({ method, path, headers = {}, body }: RawRequest): Promise<RawResponse> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const isMeasured = body !== undefined && headers['transfer-encoding'] === undefined;
    const length = isMeasured ? { 'content-length': String(Buffer.byteLength(body)) } : {};
    return new Promise((resolve, reject) => {
      const request = send(
        {
          agent: this.agent,
          host: this.host,
          port: this.port,
          method,
          path,
          headers: { ...this.defaults, ...type, ...length, ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
