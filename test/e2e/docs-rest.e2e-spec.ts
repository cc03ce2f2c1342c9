import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { brokenRefs } from '../support/json-refs.js';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
/** What stands for an id in the examples. */
const EXAMPLE_USER = '665f1f77bcf86cd799439011';

interface Route {
  name: string;
  method: (typeof METHODS)[number];
  path: string;
  operation: any;
}

describe('/docs-json', () => {
  let app: TestApp;
  let document: any;
  let routes: Route[];

  beforeAll(async () => {
    app = await createTestApp();
    document = (await app.http.get('/docs-json').expect(200)).body;
    routes = Object.entries<any>(document.paths).flatMap(([path, operations]) =>
      METHODS.filter((method) => operations[method]).map((method) => {
        const operation = operations[method];
        return { name: `${method} ${path}`, method, path, operation };
      }),
    );
  });

  afterAll(() => app.close());

  const namesOf = (found: Route[]) => found.map(({ name }) => name);
  const hasBody = (response: any) => Object.keys(response?.content ?? {}).length > 0;

  it('should describe the routes of the API, and no reference that leads nowhere', () => {
    expect(namesOf(routes)).toEqual(
      expect.arrayContaining(['post /api/auth/register', 'post /api/chats', 'post /api/sync']),
    );
    expect(brokenRefs(document)).toEqual([]);
  });

  it('should give every route a summary and a tag', () => {
    const poor = routes.filter(({ operation }) => !operation.summary || !operation.tags?.length);

    expect(namesOf(poor)).toEqual([]);
  });

  it('should give every good answer a body with a schema, but for 204', () => {
    const poor = routes.filter(({ operation }) => {
      const good = Object.entries<any>(operation.responses).filter(([status]) => status.startsWith('2'));
      const isDescribed = ([status, response]: [string, any]) =>
        status === '204' ? !hasBody(response) : hasBody(response);
      return good.length === 0 || !good.every(isDescribed);
    });

    expect(namesOf(poor)).toEqual([]);
  });

  it('should give every route its refusals, with the one shape and an example', () => {
    const poor = routes.filter(({ operation }) => {
      const expected = ['429', '500', ...(operation.security ? ['401'] : [])];
      const bad = Object.entries<any>(operation.responses).filter(([status]) => status >= '400');
      const isShaped = ([, { content }]: [string, any]) =>
        content?.['application/json']?.schema?.$ref === '#/components/schemas/ErrorBodyView' &&
        Object.keys(content['application/json'].examples).length > 0;
      return !bad.every(isShaped) || !expected.every((status) => operation.responses[status]);
    });

    expect(namesOf(poor)).toEqual([]);
  });

  it('should let readers give their token once, on every route that takes one', async () => {
    const open = routes.filter(({ operation }) => !operation.security);

    expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
    expect(namesOf(open).toSorted()).toEqual([
      'get /health/live',
      'get /health/ready',
      'post /api/auth/login',
      'post /api/auth/refresh',
      'post /api/auth/register',
    ]);
  });

  it('should show examples of bodies that work as they stand, with the ids put in', async () => {
    const refused: string[] = [];
    // A form holds a file, which is no example.
    const takesJson = ({ operation }: Route) => operation.requestBody?.content['application/json'];
    for (const { name, method, path, operation } of routes.filter(takesJson)) {
      const [ann, bob, ids] = await scene();
      for (const example of examplesOf(operation)) {
        const body = JSON.parse(JSON.stringify(example).replaceAll(EXAMPLE_USER, bob.id));
        if ('messageIds' in body) Object.assign(body, { messageIds: [ids.messages], chatIds: [ids.chats] });
        const [, , feature = ''] = path.split('/');
        const id = ids[path.endsWith('/votes') ? 'poll' : feature] ?? '';
        const answer = await app.http[method](path.replace('{id}', id).replace('{userId}', bob.id))
          .set(operation.security ? ann.auth : {})
          .send(body);
        if (answer.status >= 400) refused.push(`${name}: ${JSON.stringify(answer.body.error)}`);
      }
    }

    // No example can hold a refresh token, and the example's account is there only once.
    expect(refused).toEqual([expect.stringMatching(/^post \/api\/auth\/refresh: .*UNAUTHENTICATED/)]);
  });

  function examplesOf({ requestBody }: any): unknown[] {
    const { example, examples } = requestBody.content['application/json'];
    return examples ? Object.values<any>(examples).map(({ value }) => value as unknown) : [example];
  }

  /** Ann owns a group with Bob, has written there, and can see a status of his: an id for each feature. */
  async function scene(): Promise<[TestUser, TestUser, Record<string, string>]> {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    await app.directChat(bob, ann);
    const posted = await app.http
      .post('/api/status')
      .set(bob.auth)
      .send({ type: 'text', text: 'At the sea' });
    const chats = await app.group(ann, [bob]);
    const send = async (content: object): Promise<string> => {
      const { body } = await app.http.post(`/api/chats/${chats}/messages`).set(ann.auth).send(content);
      return body.id as string;
    };
    const messages = await send({ clientMessageId: 'a', text: 'Hello' });
    const poll = await send({ clientMessageId: 'b', poll: { question: 'When?', options: ['Now', 'Then'] } });
    return [ann, bob, { chats, messages, poll, status: posted.body.id as string }];
  }

  it('should be a page that brings all it needs, beside the one of socket events', async () => {
    const { text } = await app.http.get('/docs').expect(200).expect('Content-Type', /html/);
    const files = [...text.matchAll(/(?:src|href)="\.\/(docs\/[^"]+)"/g)].map(([, file]) => file as string);

    expect(files.length).toBeGreaterThan(3);
    expect(text).not.toMatch(/(?:src|href)="https?:/);
    for (const file of files) await app.http.get(`/${file}`).expect(200);
    const page = await app.http.get('/docs/events').expect(200);
    expect(page.text).toContain('<title>Parley: socket events</title>');
  });
});
