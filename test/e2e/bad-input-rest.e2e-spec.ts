import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { CANARY, type Hostile, oddValues, refusedValues } from '../support/hostile-values.js';
import { type Operation, operationsOf, type Parameter } from '../support/operations.js';
import type { RawResponse } from '../support/raw-http.js';
import { resolve, sampleObject, sampleOf, type Schema, type Schemas } from '../support/schema.js';
import { inParallel, Stage } from '../support/stage.js';

/*
 * Every field of every route that /docs-json lists, with everything that the documents do not admit.
 * A route that is added later is tested by being documented.
 */
const stage = await Stage.open();
const { body: document } = await stage.anonymous.send({ method: 'GET', path: '/docs-json' });
const schemas = document.components.schemas as Schemas;
const operations = operationsOf(document);

interface Attempt {
  label: string;
  path: string;
  /** As it goes over the wire. */
  body?: string;
  /** Whose name the refusal must give; any of these. */
  fields: string[];
}

afterAll(() => stage.close());
beforeEach(() => stage.freeze());

describe('bad input by REST is refused by field and rule, stores nothing and tells nobody', () => {
  it.each(operations.filter(({ params }) => params.some(isId)))('$name: its address', async (operation) => {
    await expectAllRefused(
      operation,
      operation.params.filter(isId).flatMap((param) => badAddresses(operation, param)),
    );
  });

  it.each(operations.filter(({ query }) => query.length > 0))('$name: its query', async (operation) => {
    await expectAllRefused(operation, [
      ...operation.query.flatMap((parameter) => badQueries(operation, parameter)),
      ...['zzExtra=1', '__proto__=1', 'constructor=1', '$where=1'].map((text) => {
        const [field = ''] = text.split('=');
        return { label: `?${text}`, path: addressOf(operation, { search: text }), fields: [field] };
      }),
    ]);
  });

  it.each(operations.filter(({ body }) => body))('$name: its body', async (operation) => {
    await expectAllRefused(operation, badBodies(operation, operation.body as Schema));
  });
});

describe('odd input that is admitted never fails inside', () => {
  it.each(operations.filter(({ query, body }) => query.length > 0 || body))('$name', async (operation) => {
    const attempts = [...oddQueries(operation), ...oddBodies(operation)];
    const inner: string[] = [];
    let mallory = await stage.app.registerAndLogin();
    await inParallel(attempts, 4, async ({ label, path, body }) => {
      const headers = { authorization: mallory.auth.Authorization };
      const { status, text } = await stage.http.send({ method: operation.method, path, body, headers });
      if (status >= 500) inner.push(`${label}: ${status} ${text}`);
      // Some of these routes end a login.
      if (status === 401) mallory = await stage.app.registerAndLogin();
    });

    expect(inner).toEqual([]);
    await stage.expectHealthy();
  });
});

async function expectAllRefused(operation: Operation, attempts: Attempt[]): Promise<void> {
  const wrong: string[] = [];
  await inParallel(attempts, 8, async ({ label, path, body, fields }) => {
    const problem = problemOf(await stage.http.send({ method: operation.method, path, body }), fields);
    if (problem) wrong.push(`${label}: ${problem}`);
  });

  expect(attempts.length).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
  await stage.expectUntouched();
}

/** What is wrong with the answer, if anything. */
function problemOf({ status, body, text, headers }: RawResponse, fields: string[]): string | null {
  const answer = `${status} ${text.slice(0, 300)}`;
  if (status !== 400 || body?.statusCode !== 400 || body.error?.code !== 'VALIDATION')
    return `answered ${answer}`;
  if (!String(headers['content-type']).startsWith('application/json')) return 'no JSON';
  if (Object.keys(body).length !== 2 || Object.keys(body.error).length !== 3)
    return `other keys in ${answer}`;
  if (text.includes(CANARY)) return `quotes the input: ${answer}`;
  const details = body.error.details as { field: unknown; rule: unknown; message: unknown }[];
  const isComplete = details.every(
    ({ field, rule, message }) => typeof field === 'string' && typeof message === 'string' && rule,
  );
  if (!isComplete || details.length === 0) return `incomplete details in ${answer}`;
  const named = details.map(({ field }) => String(field));
  const isNamed = fields.some((name) =>
    named.some((field) => field === name || field.startsWith(`${name}.`)),
  );
  return isNamed ? null : `names ${named.join(', ')} and not ${fields.join(' or ')}`;
}

function badAddresses(operation: Operation, { name, schema }: Parameter): Attempt[] {
  const id = String(sampleOf(schema, schemas));
  const values = [
    'x',
    '0',
    'ABCDEFABCDEFABCDEFABCDEF',
    `${id}0`,
    id.slice(1),
    `${id.slice(1)}%00`,
    '%00',
    '%20',
    '%F0%9F%98%80',
    '..%2F..%2Fetc%2Fpasswd',
    '__proto__',
    'constructor',
    '%5Bobject%20Object%5D',
    '%7B%22%24ne%22%3Anull%7D',
    'z'.repeat(8000),
  ];
  return values.map((value) => ({
    label: `{${name}}=${value.slice(0, 40)}`,
    path: addressOf(operation, { params: { [name]: value } }),
    ...(operation.body && { body: JSON.stringify(operation.example) }),
    fields: [name],
  }));
}

function badQueries(operation: Operation, { name, schema, required }: Parameter): Attempt[] {
  const { type, maxLength, minLength } = resolve(schema, schemas);
  const good = encodeURIComponent(String(sampleOf(schema, schemas)));
  const numbers = [
    '',
    'NaN',
    'Infinity',
    '1e308',
    '1.5',
    '-1',
    '+1',
    '0x10',
    '%201',
    '1%00',
    '9007199254740993',
  ];
  const isNumber = type === 'integer' || type === 'number';
  const texts = [
    `${good}%00`,
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ...(minLength ? [''] : []),
  ];
  const refused = (isNumber ? [...numbers, 'true', CANARY] : texts).map((value) => `${name}=${value}`);
  return [
    ...[...refused, `${name}=${good}&${name}=${good}`].map((text) => ({ text, fields: [name] })),
    { text: `${name}[$ne]=1`, fields: [`${name}[$ne]`, name] },
    ...(required ? [{ text: `zz=1`, fields: [name] }] : []),
  ].map(({ text, fields }) => ({
    label: `?${text.slice(0, 60)}`,
    path: addressOf(operation, { search: text, without: name }),
    fields,
  }));
}

function badBodies(operation: Operation, schema: Schema): Attempt[] {
  const path = addressOf(operation);
  const base = sampleObject(schema, schemas);
  const { properties = {}, required = [] } = resolve(schema, schemas);
  const attempt = (label: string, body: string, ...fields: string[]): Attempt => ({
    label,
    path,
    body,
    fields,
  });
  const withField = (name: string, json: string) =>
    JSON.stringify({ ...base, [name]: '@' }).replace('"@"', () => json);
  return [
    ...Object.entries(properties).flatMap(([name, field]) =>
      refusedValues(field, schemas).map(({ label, value }) =>
        attempt(`${name}: ${label}`, withField(name, JSON.stringify(value)), name),
      ),
    ),
    ...required.map((name) => {
      const { [name]: _, ...rest } = base;
      return attempt(`without ${name}`, JSON.stringify(rest), name);
    }),
    ...Object.keys(properties).map((name) =>
      attempt(`${name}: deep`, withField(name, '['.repeat(20_000) + ']'.repeat(20_000)), 'payload', name),
    ),
    ...['zzExtra', '$where', 'constructor', 'prototype', '__proto__', 'toString', ''].map((name) =>
      attempt(
        `with ${JSON.stringify(name)}`,
        withField('zz', '1').replace('"zz"', JSON.stringify(name)),
        name,
      ),
    ),
    ...['{"__proto__":{"isAdmin":true}}', '{"a":{"__proto__":1}}'].map((json) =>
      attempt(json, withField('zz', json), 'zz', 'payload'),
    ),
    attempt('a list', '[]', 'payload'),
    attempt('a list of one', `[${JSON.stringify(base)}]`, 'payload'),
    ...['null', '7', 'true', `"${CANARY}"`, '{"zz":', "{'a':1}", '{"a":1,}', '{"a":NaN}', '\0'].map((json) =>
      attempt(`the body ${json}`, json, 'body'),
    ),
    ...required
      .slice(0, 1)
      .flatMap((name) => ['{}', ''].map((json) => attempt(`the body ${json}`, json, name))),
  ];
}

function oddQueries(operation: Operation): Attempt[] {
  return operation.query.flatMap(({ name, schema }) =>
    oddValues(schema, schemas).map(({ label, value }: Hostile) => {
      const text =
        typeof value === 'string' && !value.isWellFormed() ? '%ED%A0%80' : encodeURIComponent(String(value));
      return {
        label: `${name}: ${label}`,
        path: addressOf(operation, { search: `${name}=${text}`, without: name }),
        fields: [],
      };
    }),
  );
}

function oddBodies(operation: Operation): Attempt[] {
  if (!operation.body) return [];
  const base = sampleObject(operation.body, schemas);
  const { properties = {} } = resolve(operation.body, schemas);
  return Object.entries(properties).flatMap(([name, schema]) =>
    oddValues(schema, schemas).map(({ label, value }) => ({
      label: `${name}: ${label}`,
      path: addressOf(operation),
      body: JSON.stringify({ ...base, [name]: value }),
      fields: [],
    })),
  );
}

/** A good address but for what is given. */
function addressOf(
  { path, params, query }: Operation,
  { params: given = {}, search = '', without = '' }: Partial<Address> = {},
): string {
  const filled = params.reduce(
    (text, { name, schema }) => text.replace(`{${name}}`, () => given[name] ?? goodParam(name, schema)),
    path,
  );
  const required = query
    .filter((parameter) => parameter.required && parameter.name !== without)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(sampleOf(schema, schemas)))}`);
  const all = [...required, search].filter(Boolean).join('&');
  return all ? `${filled}?${all}` : filled;
}

interface Address {
  params: Record<string, string>;
  search: string;
  /** A required query parameter to leave out. */
  without: string;
}

function isId({ schema }: Parameter): boolean {
  return schema.pattern?.includes('{24}') === true;
}

function goodParam(name: string, schema: Schema): string {
  if (name === 'userId') return stage.bob.id;
  return schema.pattern ? stage.groupId : 'x';
}
