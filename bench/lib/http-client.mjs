import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** One request over kept connections; the body as text, unparsed, so that the generator costs little. */
export function call(url, path, { token, body, method = body ? 'POST' : 'GET' } = {}) {
  const sent = body && JSON.stringify(body);
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(sent && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url + path, { agent, method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(sent);
  });
}

export async function callJson(url, path, options) {
  return JSON.parse(await call(url, path, options));
}
